import { ConvexHttpClient } from "convex/browser";
import { api } from "../convex/_generated/api";

import { ready } from "@acme/convex";

const client = new ConvexHttpClient(import.meta.env.VITE_CONVEX_URL as string);
ready(client);

export default function App() {
  return <button onClick={async () => console.log(await client.query(api.tasks.mine))}>Export</button>;
}
