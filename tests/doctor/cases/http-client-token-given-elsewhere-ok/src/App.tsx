import { api } from "../convex/_generated/api";
import { client } from "./client";
import { useToken } from "./useToken";

export default function App() {
  useToken();
  return <button onClick={() => client.query(api.tasks.mine)}>Export</button>;
}
