import { useQuery } from "convex/react";
import { api } from "../../convex/_generated/api";

export function TaskList() {
  const tasks = useQuery(api.tasks.list);
  if (tasks === undefined) {
    return <p>Fetching tasks</p>;
  }
  return (
    <ul>
      {tasks.map((task) => (
        <li key={task._id}>{task.text}</li>
      ))}
    </ul>
  );
}
