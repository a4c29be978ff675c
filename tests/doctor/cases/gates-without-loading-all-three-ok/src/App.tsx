import { Authenticated, AuthLoading, Unauthenticated } from "convex/react";

export default function App() {
  return (
    <>
      <Authenticated>
        <h1>Tasks</h1>
      </Authenticated>
      <Unauthenticated>
        <p>Sign in</p>
      </Unauthenticated>
      <AuthLoading>
        <p>…</p>
      </AuthLoading>
    </>
  );
}
