// Stand-in for the server side of Clerk's packages: it knows the session of the state that gates.mjs is in.
const oracle = globalThis.__oracle;

function session() {
  const isAuthenticated = oracle.auth.isLoaded && oracle.auth.isSignedIn;
  const [userId, sessionId, token] = isAuthenticated ? ["user_1", "sess_1", "token"] : [null, null, null];
  return { isAuthenticated, userId, sessionId, getToken: async () => token, redirectToSignIn() {}, has: () => false };
}
export const auth = Object.assign(async () => session(), { protect: async () => session() });
export const getAuth = async () => session();
export const currentUser = async () => (session().userId ? { id: "user_1", firstName: "Ada", lastName: "Test" } : null);
export const rootAuthLoader = async (args, callback) => (typeof callback === "function" ? ((await callback(args)) ?? null) : null);
export const clerkMiddleware = () => () => {};
export const createRouteMatcher = () => () => false;
export const buildClerkProps = () => ({});
export const clerkClient = async () => ({});
