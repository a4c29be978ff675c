import { fetchQuery } from "convex/nextjs";
import { api } from "@/convex/_generated/api";

export default async function Mine() {
  const tasks = await fetchQuery(api.tasks.mine, { tokenless: true }, { url: process.env.OTHER_URL });
  return <p>{tasks.length}</p>;
}
