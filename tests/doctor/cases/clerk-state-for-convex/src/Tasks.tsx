import { useQuery } from "convex/react";
import { useAuth } from "@clerk/react";
import { api } from "../convex/_generated/api";

export function Tasks() {
  const { isSignedIn } = useAuth();
  const tasks = useQuery(api.tasks.mine, isSignedIn ? {} : "skip");
  return <ul>{tasks?.map((task) => <li key={task._id}>{task.text}</li>)}</ul>;
}
