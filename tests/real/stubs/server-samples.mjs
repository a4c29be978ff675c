// Sample apps for `server-build.mjs --self-test`: `before`, what `after` adds, and variants of `after` that must fail for the expected reason.
import { ROUTER_SETS, START } from "../lib.mjs";

const manifest = (...names) => JSON.stringify({ private: true, type: "module", dependencies: Object.fromEntries(names.map((name) => [name, "*"])) });

// ---- React Router ----

const documentOf = (app, imports = "") => `
import { ConvexProvider, ConvexReactClient } from "convex/react";
import { Links, Meta, Outlet, Scripts } from "react-router";
${imports}
const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);
export function Layout({ children }) {
  return <html><head><Meta /><Links /></head><body>{children}<Scripts /></body></html>;
}
${app}`;

const ROUTER_CLERK = `
import { ClerkProvider, useAuth } from "@clerk/react-router";
import { clerkMiddleware, rootAuthLoader } from "@clerk/react-router/server";
import { ConvexProviderWithClerk } from "convex/react-clerk";
`;
const MIDDLEWARE = "export const middleware = [clerkMiddleware()];";
const LOADER = "export const loader = (args) => rootAuthLoader(args);";
const ROUTER_APP = `
export default function App({ loaderData }) {
  return <ClerkProvider loaderData={loaderData}><ConvexProviderWithClerk client={convex} useAuth={useAuth}><Outlet /></ConvexProviderWithClerk></ClerkProvider>;
}`;

const router = {
  packages: ROUTER_SETS[0],
  before: {
    "package.json": manifest("@react-router/dev", "@react-router/node", "isbot"),
    "vite.config.js": 'import { reactRouter } from "@react-router/dev/vite";\nexport default { plugins: [reactRouter()] };\n',
    "app/routes.js": 'import { index } from "@react-router/dev/routes";\nexport default [index("home.jsx")];\n',
    "app/home.jsx": "export default function Home() { return <main>At home</main>; }\n",
    "app/root.jsx": documentOf("export default function App() { return <ConvexProvider client={convex}><Outlet /></ConvexProvider>; }\n"),
  },
  after: { "app/root.jsx": documentOf(`${MIDDLEWARE}${LOADER}${ROUTER_APP}`, ROUTER_CLERK) },
  broken: [
    {
      name: "rootAuthLoader without the middleware",
      files: { "app/root.jsx": documentOf(`${LOADER}${ROUTER_APP}`, ROUTER_CLERK) },
      expected: /^anonymous: "\/" answers 500/,
    },
    {
      name: "another text",
      files: { "app/home.jsx": "export default function Home() { return <main>Abroad</main>; }\n" },
      expected: /the text of the page changed: "At home" became "Abroad"/,
    },
  ],
};

// ---- TanStack Start ----

const routerOf = ({ wrap, convex, imports = "" }) => `
import { ConvexQueryClient } from "@convex-dev/react-query";
import { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { setupRouterSsrQueryIntegration } from "@tanstack/react-router-ssr-query";
import { ConvexProvider, ConvexReactClient } from "convex/react";
import { routeTree } from "./routeTree.gen";
${imports}
export function getRouter() {
  const convexQueryClient = new ConvexQueryClient(${convex});
  const convexClient = convexQueryClient.convexClient;
  const queryClient = new QueryClient({
    defaultOptions: { queries: { queryKeyHashFn: convexQueryClient.hashFn(), queryFn: convexQueryClient.queryFn() } },
  });
  convexQueryClient.connect(queryClient);
  const Wrap = ({ children }) => ${wrap};
  const router = createRouter({ routeTree, context: { queryClient, convexQueryClient, convexClient }, Wrap });
  setupRouterSsrQueryIntegration({ router, queryClient });
  return router;
}
`;
const PLAIN_WRAP = "<ConvexProvider client={convexClient}>{children}</ConvexProvider>";
const URL = "import.meta.env.VITE_CONVEX_URL";

const rootOf = ({ options = "", component, imports = "" }) => `
import { HeadContent, Outlet, Scripts, createRootRouteWithContext, useRouteContext } from "@tanstack/react-router";
${imports}
export const Route = createRootRouteWithContext()({ ${options} component: RootComponent });
function RootComponent() {
  const context = useRouteContext({ from: Route.id });
  return ${component};
}
function RootDocument({ children }) {
  return <html><head><HeadContent /></head><body>{children}<Scripts /></body></html>;
}
`;
const DOCUMENT = "<RootDocument><Outlet /></RootDocument>";
const START_CLERK = `
import { ClerkProvider, useAuth } from "@clerk/tanstack-react-start";
import { auth } from "@clerk/tanstack-react-start/server";
import { createServerFn } from "@tanstack/react-start";
import { ConvexProviderWithClerk } from "convex/react-clerk";
const fetchClerkAuth = createServerFn({ method: "GET" }).handler(async () => {
  const { userId, getToken } = await auth();
  return { userId, token: await getToken() };
});
`;
const SET_AUTH = "if (token) context.convexQueryClient.serverHttpClient?.setAuth(token);";
const BEFORE_LOAD = `beforeLoad: async ({ context }) => { const { userId, token } = await fetchClerkAuth(); ${SET_AUTH} return { userId, token }; },`;
const WITH_CLERK = `<ConvexProviderWithClerk client={context.convexClient} useAuth={useAuth}>${DOCUMENT}</ConvexProviderWithClerk>`;
const START_ROOT = { options: BEFORE_LOAD, component: `<ClerkProvider>${WITH_CLERK}</ClerkProvider>`, imports: START_CLERK };

const start = {
  packages: START,
  before: {
    "package.json": manifest("@tanstack/react-start"),
    "vite.config.js": `
import { tanstackStart } from "@tanstack/react-start/plugin/vite";
import viteReact from "@vitejs/plugin-react";
export default { plugins: [tanstackStart(), viteReact()] };
`,
    "tsconfig.json": JSON.stringify({ compilerOptions: { jsx: "react-jsx", module: "ESNext", moduleResolution: "bundler", target: "ES2022" } }),
    "src/router.tsx": routerOf({ wrap: PLAIN_WRAP, convex: URL }),
    "src/routes/__root.tsx": rootOf({ component: DOCUMENT }),
    "src/routes/index.tsx": `
import { convexQuery } from "@convex-dev/react-query";
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { makeFunctionReference } from "convex/server";
export const Route = createFileRoute("/")({ component: Home });
function Home() {
  const { data } = useSuspenseQuery(convexQuery(makeFunctionReference("tasks:list"), {}));
  return <main>{data.length} tasks</main>;
}
`,
  },
  after: {
    "src/router.tsx": routerOf({ wrap: PLAIN_WRAP, convex: `new ConvexReactClient(${URL}, { unsavedChangesWarning: false })` }),
    "src/routes/__root.tsx": rootOf(START_ROOT),
    "src/start.ts": `
import { clerkMiddleware } from "@clerk/tanstack-react-start/server";
import { createStart } from "@tanstack/react-start";
export const startInstance = createStart(() => ({ requestMiddleware: [clerkMiddleware()] }));
`,
  },
  broken: [
    {
      name: "ClerkProvider in Wrap",
      files: {
        "src/router.tsx": routerOf({
          wrap: "<ClerkProvider><ConvexProviderWithClerk client={convexClient} useAuth={useAuth}>{children}</ConvexProviderWithClerk></ClerkProvider>",
          convex: URL,
          imports: START_CLERK.split("\n").filter((line) => /ClerkProvider|WithClerk/.test(line)).join("\n"),
        }),
        "src/routes/__root.tsx": rootOf({ component: DOCUMENT }),
      },
      expected: /^anonymous: "\/" answers 500/,
    },
    { name: "no middleware", files: { "src/start.ts": undefined }, expected: /^anonymous: "\/" answers 500/ },
    {
      name: "queries of the server without the token",
      files: { "src/routes/__root.tsx": rootOf({ ...START_ROOT, options: BEFORE_LOAD.replace(SET_AUTH, "") }) },
      expected: /^signed in: a query of the server goes to Convex without the session's token/,
    },
  ],
};

export const SAMPLES = { "react-router": router, "tanstack-start": start };
