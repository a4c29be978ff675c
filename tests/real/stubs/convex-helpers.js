// Stand-in for convex-helpers' cached hooks: they subscribe as those of convex/react do.
import { createElement, Fragment } from "react";
import { useQueries, useQuery as usePlainQuery } from "./convex-react.js";

export { usePaginatedQuery, useQueries, useQuery } from "./convex-react.js";
export const ConvexQueryCacheProvider = ({ children }) => createElement(Fragment, null, children);
export const makeUseQueryWithStatus = () => (reference, args) => {
  const data = usePlainQuery(reference, args);
  return { data, status: data === undefined ? "pending" : "success", isPending: data === undefined, isSuccess: data !== undefined, isError: false };
};
export const useQueryWithStatus = makeUseQueryWithStatus(useQueries);
