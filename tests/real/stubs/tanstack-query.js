// The real @tanstack/react-query, but what convexQuery returns is answered at once, and written down as a subscription.
import * as real from "@tanstack/react-query";

export * from "@tanstack/react-query";

const oracle = globalThis.__oracle;
const isConvex = (options) => options?.queryKey?.[0] === "convexQuery";

function ask({ queryKey, enabled, select = (data) => data }, client) {
  // Throws without a QueryClientProvider above.
  real.useQueryClient(client);
  const data = enabled === false ? undefined : select(oracle.ask(queryKey[1]));
  const there = data !== undefined;
  return {
    data, error: null, status: there ? "success" : "pending", fetchStatus: "idle", isSuccess: there, isPending: !there, isLoading: !there && enabled !== false,
    isError: false, isFetching: false, refetch: async () => {},
  };
}
const one = (hook) => (options, client) => (isConvex(options) ? ask(options, client) : hook(options, client));
const several = (hook) => (options, client) => {
  const { queries, combine = (results) => results } = options;
  return queries.every(isConvex) ? combine(queries.map((query) => ask(query, client))) : hook(options, client);
};
export const useQuery = one(real.useQuery);
export const useSuspenseQuery = one(real.useSuspenseQuery);
export const useQueries = several(real.useQueries);
export const useSuspenseQueries = several(real.useSuspenseQueries);
