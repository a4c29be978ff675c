// Stand-in for convex/nextjs and convex/browser. What a server fetches is no subscription, so it is not written down.
const oracle = globalThis.__oracle;
const fetchData = async (reference) => oracle.dataOf(oracle.nameOf(reference));

export const fetchQuery = fetchData;
export const fetchMutation = async () => null;
export const fetchAction = async () => null;
export const preloadQuery = async (reference) => ({ _name: oracle.nameOf(reference), _argsJSON: {}, _valueJSON: oracle.dataOf(oracle.nameOf(reference)) });
export const preloadedQueryResult = ({ _valueJSON }) => _valueJSON;
export class ConvexHttpClient {
  query = fetchData;
  mutation = fetchMutation;
  action = fetchAction;
  setAuth() {}
  clearAuth() {}
}
