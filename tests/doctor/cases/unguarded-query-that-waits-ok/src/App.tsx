import { Tasks } from "./Tasks";

export default function App() {
  return <Tasks />;
}
