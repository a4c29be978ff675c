import { Authenticated } from "convex/react";

export default function App() {
  return (
    <>
      <Authenticated>
        <h1>Tasks</h1>
      </Authenticated>
    </>
  );
}
