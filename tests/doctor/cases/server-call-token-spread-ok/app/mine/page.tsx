import { auth } from "@clerk/nextjs/server";
import { fetchQuery } from "convex/nextjs";
import { api } from "@/convex/_generated/api";

export default async function Mine() {
  const { getToken } = await auth();
  const token = (await getToken()) ?? undefined;
  const tasks = await fetchQuery(api.tasks.mine, ...([{}, { token }] as const));
  return <p>{tasks.length}</p>;
}
