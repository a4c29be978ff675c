import { useQuery, useConvexAuth } from "convex/react";
import { api } from "../convex/_generated/api";

export function Tasks() {
  const { isAuthenticated } = useConvexAuth();
  const tasks = useQuery(api.tasks.mine, isAuthenticated ? {} : "skip");
  return <ul>{tasks?.map((task) => <li key={task._id}>{task.text}</li>)}</ul>;
}
