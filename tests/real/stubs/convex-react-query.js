// Stand-in for @convex-dev/react-query. The subscription is written down by the hook that gets what convexQuery returns (tanstack-query.js).
import { ConvexReactClient } from "./convex-react.js";

export {
  optimisticallyUpdateValueInPaginatedQuery, useAction as useConvexAction, useConvex, useConvexAuth, useMutation as useConvexMutation,
  usePaginatedQuery as useConvexPaginatedQuery, useQueries as useConvexQueries, useQuery as useConvexQuery,
} from "./convex-react.js";

const oracle = globalThis.__oracle;

export class ConvexQueryClient {
  constructor(client, options) {
    this.convexClient = typeof client === "string" ? new ConvexReactClient(client, options) : client;
  }
  connect(queryClient) {
    this.queryClient = queryClient;
  }
  queryFn = () => async ({ queryKey }) => oracle.dataOf(queryKey[1]);
  hashFn = () => (queryKey) => JSON.stringify(queryKey);
}

const options = (kind, reference, args) => ({
  queryKey: [kind, oracle.nameOf(reference), args === "skip" ? "skip" : (args ?? {})],
  ...(args === "skip" ? { enabled: false } : { staleTime: Infinity }),
});
export const convexQuery = (reference, args) => options("convexQuery", reference, args);
export const convexAction = (reference, args) => options("convexAction", reference, args);
