import { Tasks } from "./Tasks";
import { Authenticated } from "convex/react";

export default function App() {
  return <Authenticated><Tasks /></Authenticated>;
}
