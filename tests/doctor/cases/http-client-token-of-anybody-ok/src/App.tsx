import { ConvexHttpClient } from "convex/browser";
import { api } from "../convex/_generated/api";

const client = new ConvexHttpClient(import.meta.env.VITE_CONVEX_URL as string);

export default function App() {
  return <button onClick={async () => console.log(await client.query(api.tasks.list))}>Export</button>;
}
