import { api } from "../convex/_generated/api";
import { client } from "./client";

export default function App() {
  return <button onClick={() => client.mutation(api.tasks.mine)}>Export</button>;
}
