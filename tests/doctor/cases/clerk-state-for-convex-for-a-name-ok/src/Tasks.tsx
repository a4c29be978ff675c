import { useQuery, useConvexAuth } from "convex/react";
import { useUser } from "@clerk/react";
import { api } from "../convex/_generated/api";

export function Tasks() {
  const { user } = useUser();
  const { isAuthenticated } = useConvexAuth();
  const tasks = useQuery(api.tasks.mine, isAuthenticated ? {} : "skip");
  if (!user) return null;
  return <ul>{tasks?.map((task) => <li key={task._id}>{task.text}</li>)}</ul>;
}
