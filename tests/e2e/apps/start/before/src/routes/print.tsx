import { convexQuery } from "@convex-dev/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { api } from "../../convex/_generated/api";

export const Route = createFileRoute("/print")({
  loader: ({ context }) =>
    context.queryClient.fetchQuery(convexQuery(api.tasks.list, {})),
  component: Print,
});

function Print() {
  const tasks = Route.useLoaderData();
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
