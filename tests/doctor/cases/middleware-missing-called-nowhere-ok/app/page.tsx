import { auth } from "@clerk/nextjs/server";

type Session = Awaited<ReturnType<typeof auth>>;

export default function Home({ session }: { session?: Session }) {
  return <h1>Rota of {session?.userId}</h1>;
}
