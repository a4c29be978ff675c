import { useAuth } from "@clerk/react";
import { ConvexHttpClient } from "convex/browser";
import { api } from "../convex/_generated/api";

const client = new ConvexHttpClient(import.meta.env.VITE_CONVEX_URL as string);

export default function App() {
  const { getToken } = useAuth();
  const save = async () => {
    client.setAuth((await getToken()) ?? "");
    console.log(await client.query(api.tasks.mine));
  };
  return <button onClick={save}>Export</button>;
}
