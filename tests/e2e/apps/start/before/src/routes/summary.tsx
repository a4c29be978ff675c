import { convexQuery } from "@convex-dev/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { api } from "../../convex/_generated/api";

export const Route = createFileRoute("/summary")({
  loader: ({ context }) =>
    context.queryClient.ensureQueryData(convexQuery(api.tasks.count, {})),
  component: Summary,
});

/** The count as of when the page was asked for. */
function Summary() {
  const count = Route.useLoaderData();

  return (
    <main>
      <h2>Summary</h2>
      <p>{`${count} tasks`}</p>
    </main>
  );
}
