import { auth } from "@clerk/nextjs/server";
import { fetchQuery } from "convex/nextjs";
import { api } from "@/convex/_generated/api";

const options = async () => ({ token: (await (await auth()).getToken()) ?? undefined });

export default async function Mine() {
  const { getToken } = await auth();
  const tasks = await fetchQuery(api.tasks.mine, {}, await options());
  return <p>{tasks.length}</p>;
}
