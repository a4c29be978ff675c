import { convexQuery } from "@convex-dev/react-query";
import { useQuery } from "@tanstack/react-query";
import { api } from "../../convex/_generated/api";

export function TaskList() {
  const { data: tasks, error } = useQuery(convexQuery(api.tasks.list, {}));
  if (error) {
    return <p role="alert">The tasks can't be fetched</p>;
  }
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
