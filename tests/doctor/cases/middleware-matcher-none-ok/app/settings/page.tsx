import { auth } from "@clerk/nextjs/server";

export default async function Settings() {
  const { userId } = await auth();
  return <h1>Rota of {userId}</h1>;
}
