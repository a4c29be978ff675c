import type { auth } from "@clerk/nextjs/server";

export default async function Home() {
  const { userId } = { userId: "" as unknown as typeof auth };
  return <h1>Rota of {userId}</h1>;
}
