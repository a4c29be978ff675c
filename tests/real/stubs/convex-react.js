// Stand-in for convex/react: no network, no results; hooks and gates throw where the real ones do.
import { createContext, createElement, Fragment, useContext, useEffect, useMemo, useState } from "react";
import { fail, Provider, useAbove } from "./probe.js";

const ClientContext = createContext(undefined);
const oracle = globalThis.__oracle;
const AuthContext = createContext(undefined);
const never = () => new Promise(() => {});

export class ConvexReactClient {
  constructor(address, options = {}) {
    if (address === undefined) fail("ConvexReactClient got no address");
    if (typeof address !== "string" || !/^https?:\/\/./.test(address)) fail(`ConvexReactClient got an address that is no URL: ${address}`);
    this.address = address;
    this.options = options;
  }
  get url() {
    return this.address;
  }
  query = never;
  action = never;
  mutation = never;
  watchQuery() {
    return { onUpdate: () => () => {}, localQueryResult: () => undefined, journal: () => undefined };
  }
  prefetchQuery() {}
  setAuth(fetchToken, onChange) {
    this.authChange = onChange;
    Promise.resolve(fetchToken({ forceRefreshToken: false })).then((token) => this.authChange === onChange && onChange?.(token != null));
  }
  clearAuth() {
    this.authChange = undefined;
  }
  connectionState() {
    return { hasInflightRequests: false, isWebSocketConnected: false };
  }
  subscribeToConnectionState() {
    return () => {};
  }
  async close() {}
}

function requireClient(client, provider) {
  if (!client) fail(`${provider} got no client`);
  if (!(client instanceof ConvexReactClient)) fail(`${provider} got a client that is no ConvexReactClient`);
}

function provide(kind, from, client, children) {
  const inner = createElement(ClientContext.Provider, { value: client }, children);
  return createElement(Provider, { kind, from, facts: { address: client.url } }, inner);
}

export function ConvexProvider({ client, children }) {
  requireClient(client, "ConvexProvider");
  return provide("ConvexProvider", "convex/react", client, children);
}

function withAuth({ kind, from, client, children, auth }) {
  const { isLoading, isAuthenticated, fetchAccessToken } = auth;
  const [accepted, setAccepted] = useState(null);
  useEffect(() => {
    if (isLoading || !isAuthenticated) {
      setAccepted(isLoading ? null : false);
      return;
    }
    client.setAuth(fetchAccessToken, setAccepted);
    return () => client.clearAuth();
  }, [client, isLoading, isAuthenticated]);
  const loading = isLoading || accepted === null;
  const value = useMemo(
    () => ({ isLoading: loading, isAuthenticated: !loading && isAuthenticated && accepted === true, isRefreshing: false }),
    [loading, isAuthenticated, accepted],
  );
  return createElement(AuthContext.Provider, { value }, provide(kind, from, client, children));
}

export function ConvexProviderWithAuth({ client, children, useAuth }) {
  requireClient(client, "ConvexProviderWithAuth");
  return withAuth({ kind: "ConvexProviderWithAuth", from: "convex/react", client, children, auth: useAuth() });
}

/** Exported for the stand-in of convex/react-clerk only. */
export function ConvexProviderWithClerkStandIn({ client, children, useAuth }) {
  requireClient(client, "ConvexProviderWithClerk");
  if (children === undefined || children === null) fail("ConvexProviderWithClerk got no children");
  if (typeof useAuth !== "function") fail("ConvexProviderWithClerk got no useAuth function");
  const { isLoaded, isSignedIn, getToken } = useAuth();
  if (useAbove("ClerkProvider").length === 0) fail("ConvexProviderWithClerk is not below a ClerkProvider");
  const auth = { isLoading: !isLoaded, isAuthenticated: isSignedIn ?? false, fetchAccessToken: (options) => getToken(options) };
  return withAuth({ kind: "ConvexProviderWithClerk", from: "convex/react-clerk", client, children, auth });
}

export function useConvex() {
  return useContext(ClientContext) ?? fail("a Convex hook is used without a Convex provider above");
}
export function useConvexAuth() {
  return useContext(AuthContext) ?? fail("useConvexAuth or a Convex gate is used without ConvexProviderWithClerk above");
}

const gate = (opens) =>
  function Gate({ children }) {
    const auth = useConvexAuth();
    useEffect(() => oracle.gate?.(), []);
    return createElement(Fragment, null, opens(auth) ? children : null);
  };
export const Authenticated = gate((auth) => !auth.isLoading && auth.isAuthenticated);
export const Unauthenticated = gate((auth) => !auth.isLoading && !auth.isAuthenticated);
export const AuthLoading = gate((auth) => auth.isLoading);
export const AuthRefreshing = gate((auth) => auth.isRefreshing);

/** `oracle.ask` of gates.mjs writes down who subscribes to what, and answers; without it nothing ever arrives. */
const ask = (reference, args) => (args === "skip" ? undefined : oracle.ask?.(reference));

export function useQuery(reference, args) {
  useConvex();
  return ask(reference, args);
}
export function useQueries(queries = {}) {
  useConvex();
  return oracle.ask ? Object.fromEntries(Object.entries(queries).map(([name, { query }]) => [name, ask(query)])) : {};
}
export function usePaginatedQuery(reference, args) {
  useConvex();
  const results = ask(reference, args);
  if (results) return { results, status: "Exhausted", isLoading: false, loadMore() {} };
  return { results: [], status: "LoadingFirstPage", isLoading: true, loadMore() {} };
}
export function usePreloadedQuery(preloaded) {
  useConvex();
  return ask(preloaded?._name);
}
export function useMutation() {
  useConvex();
  return useMemo(() => Object.assign(() => never(), { withOptimisticUpdate: () => never }), []);
}
export function useAction() {
  useConvex();
  return never;
}
export function useConvexConnectionState() {
  return useConvex().connectionState();
}
export function useQuery_experimental({ query, args }) {
  const data = useQuery(query, args);
  return { data, status: data === undefined ? "pending" : "success", error: undefined };
}
export const usePaginatedQuery_experimental = ({ query, args }) => usePaginatedQuery(query, args);
export const optimisticallyUpdateValueInPaginatedQuery = () => {};
export const insertAtTop = () => {};
export const insertAtBottomIfLoaded = () => {};
export const insertAtPosition = () => {};
export const convexQueryOptions = (options) => options;
