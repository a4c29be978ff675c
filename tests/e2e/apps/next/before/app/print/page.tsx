import { fetchQuery } from "convex/nextjs";
import { api } from "@/convex/_generated/api";

export const dynamic = "force-dynamic";

export default async function Print() {
  const tasks = await fetchQuery(api.tasks.list);

  return (
    <main>
      <h2>To print</h2>
      <ol>
        {tasks.map((task) => (
          <li key={task._id}>{task.text}</li>
        ))}
      </ol>
    </main>
  );
}
