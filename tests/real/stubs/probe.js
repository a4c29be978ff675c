// What the stand-ins share: the tree above a component, what is mounted, and what went wrong (`globalThis.__oracle`).
import { createContext, createElement, useContext, useEffect } from "react";

const oracle = globalThis.__oracle;

/** Everything of interest above a component: the root's number and the providers, outermost first. */
export const Above = createContext({ root: 0, providers: [] });

/** Records a problem even if the app catches the error. */
export function fail(message) {
  oracle.problem(message);
  throw new Error(message);
}

/** Renders `children` below a provider that is recorded as mounted while its effects are alive. */
export function Provider({ kind, from, facts, children }) {
  const above = useContext(Above);
  useEffect(() => {
    const entry = { kind, from, root: above.root, above: above.providers.map((provider) => provider.kind), ...facts };
    oracle.mounted.add(entry);
    return () => oracle.mounted.delete(entry);
  });
  const value = { root: above.root, providers: [...above.providers, { kind, from }] };
  return createElement(Above.Provider, { value }, children);
}

export function useAbove(kind) {
  return useContext(Above).providers.filter((provider) => provider.kind === kind);
}
