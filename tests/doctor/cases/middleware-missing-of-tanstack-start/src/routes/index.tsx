import { createFileRoute } from "@tanstack/react-router";
import { who } from "../session";

export const Route = createFileRoute("/")({
  loader: () => who(),
  component: Home,
});

function Home() {
  return <h1>Depot of {Route.useLoaderData()}</h1>;
}
