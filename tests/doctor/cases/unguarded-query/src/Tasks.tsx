import { useQuery } from "convex/react";
import { api } from "../convex/_generated/api";

export function Tasks() {
  const tasks = useQuery(api.tasks.mine);
  return <ul>{tasks?.map((task) => <li key={task._id}>{task.text}</li>)}</ul>;
}
