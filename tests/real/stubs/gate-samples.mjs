// Sample apps for `gates.mjs --self-test`: a right one per framework.

const manifest = (...names) => JSON.stringify({ private: true, dependencies: Object.fromEntries(names.map((name) => [name, "*"])) });
export const GATES = 'import { Authenticated, AuthLoading, Unauthenticated, useQuery } from "convex/react";';
const DATA = 'import { useQuery } from "convex/react";';
export const carrier = (content) => `
<AuthLoading><p>Loading…</p></AuthLoading>
<Unauthenticated><SignInButton mode="modal" /></Unauthenticated>
<Authenticated><UserButton />${content}</Authenticated>
`;
export const WITHOUT_GATE = "<TaskList />";
/** A component in a file of its own that subscribes to tasks:list. `up` leads to the folder of the app. */
const taskList = (up) => `
import { api } from "${up}/convex/_generated/api";
${DATA}
export function TaskList() {
  const tasks = useQuery(api.tasks.list);
  if (tasks === undefined) return <p>Loading…</p>;
  return <ul>{tasks.map((task) => <li key={task._id}>{task.text}</li>)}</ul>;
}
`;

// ---- React ----

export const reactMain = (inside, imports = "") => `
import { createRoot } from "react-dom/client";
import { ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
import { ClerkProvider, useAuth } from "@clerk/react";
import { BrowserRouter } from "react-router-dom";
import App from "./App";
${imports}
const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);
createRoot(document.getElementById("root")!).render(
  <ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}><BrowserRouter>${inside}</BrowserRouter></ClerkProvider>,
);
`;
export const PROVIDER = (inside) => `<ConvexProviderWithClerk client={convex} useAuth={useAuth}>${inside}</ConvexProviderWithClerk>`;
export const reactApp = (tasks, about = "<p>Who we are</p>") => `
import { SignInButton, UserButton } from "@clerk/react";
import { Route, Routes } from "react-router-dom";
${GATES}
import { TaskList } from "./TaskList";
export default function App() {
  return <main><h1>Tasks</h1><Routes><Route path="/" element={<>${tasks}</>} /><Route path="/about" element={${about}} /></Routes></main>;
}
`;
const react = {
  framework: "react",
  info: { gated: ["tasks:list"], open: ["Tasks", "Who we are"], paths: ["/", "/about"] },
  files: {
    "package.json": manifest("vite"),
    "index.html": '<body><div id="root"></div><script type="module" src="/src/main.tsx"></script></body>',
    "src/main.tsx": reactMain(PROVIDER("<App />")),
    "src/App.tsx": reactApp(carrier("<TaskList />")),
    "src/TaskList.tsx": taskList(".."),
  },
};

// ---- Expo ----

export const expoLayout = (inside) => `
import { ClerkProvider, useAuth } from "@clerk/expo";
import { tokenCache } from "@clerk/expo/token-cache";
import { ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
import { Tabs } from "expo-router";
const convex = new ConvexReactClient(process.env.EXPO_PUBLIC_CONVEX_URL!);
export default function Layout() {
  return <ClerkProvider publishableKey="pk" tokenCache={tokenCache}>${inside}</ClerkProvider>;
}
`;
export const expoPage = (inside) => `
import { Text, View } from "react-native";
${GATES}
import { TaskList } from "../components/TaskList";
export default function Home() {
  return <View>${inside}</View>;
}
`;
export const EXPO_CARRIER = `
<AuthLoading><Text>Loading…</Text></AuthLoading>
<Unauthenticated>
  {/* Your sign-in screen goes here. */}
  <Text>Sign in to continue</Text>
</Unauthenticated>
<Authenticated><TaskList /></Authenticated>
`;
const expo = {
  framework: "expo",
  info: { gated: ["tasks:list"], open: ["About us"] },
  files: {
    "package.json": manifest("expo", "expo-router"),
    "app/_layout.tsx": expoLayout(PROVIDER("<Tabs />")),
    "app/index.tsx": expoPage(EXPO_CARRIER),
    // A second carrier on another page.
    "app/more.tsx": expoPage(EXPO_CARRIER),
    "app/about.tsx": 'import { Text } from "react-native";\nexport default function About() { return <Text>About us</Text>; }\n',
    "components/TaskList.tsx": taskList("..").replace(/<(\/?)(?:p|ul|li)\b/g, "<$1Text").replace(DATA, `${DATA}\nimport { Text } from "react-native";`),
  },
};

// ---- Next.js ----

const CLIENT = '"use client";\n';
const nextProviders = `${CLIENT}
import { useAuth } from "@clerk/nextjs";
import { ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
const convex = new ConvexReactClient(process.env.NEXT_PUBLIC_CONVEX_URL!);
export function Providers({ children }) {
  return ${PROVIDER("{children}")};
}
`;
export const nextLayout = (inside, imports = "") => `
import { ClerkProvider } from "@clerk/nextjs";
import { Inter } from "next/font/google";
import { Providers } from "./Providers";
${imports}
const inter = Inter({ subsets: ["latin"] });
export const metadata = { title: "Tasks" };
export default async function Layout({ children }) {
  return <html lang="en"><body className={inter.className}><ClerkProvider>${inside}</ClerkProvider></body></html>;
}
`;
export const nextPage = (inside, from = "../auth-gates") => `
import { SignInButton, UserButton } from "@clerk/nextjs";
import { Suspense } from "react";
import { Authenticated, AuthLoading, Unauthenticated } from "${from}";
import { TaskList } from "./TaskList";
export default async function Home({ params }) {
  const { team } = await params;
  return <main><h1>Team {team}</h1><Suspense fallback="Wait">${inside}</Suspense></main>;
}
`;
export const nextNotes = (inside) => `
import { preloadQuery } from "convex/nextjs";
import { SignInButton, UserButton } from "@clerk/nextjs";
import { api } from "../../convex/_generated/api";
import { Authenticated, AuthLoading, Unauthenticated } from "../auth-gates";
import { Notes } from "./Notes";
export default async function Page() {
  const preloaded = await preloadQuery(api.notes.all);
  return <main>${inside}</main>;
}
`;
const nextApp = {
  framework: "next-app",
  info: { gated: ["tasks:list", "notes:all"], open: ["Team 1", "Who we are"] },
  files: {
    "package.json": manifest("next"),
    "app/Providers.tsx": nextProviders,
    "app/layout.tsx": nextLayout("<Providers>{children}</Providers>"),
    "app/auth-gates.ts": `${CLIENT}\nexport { Authenticated, AuthLoading, Unauthenticated } from "convex/react";\n`,
    "app/[team]/page.tsx": nextPage(carrier("<TaskList />")),
    "app/[team]/TaskList.tsx": CLIENT + taskList("../.."),
    "app/about/page.tsx": "export default function About() { return <p>Who we are</p>; }\n",
    "app/(in)/layout.tsx": "export default function Inner({ children, modal }) { return <section>{children}{modal}</section>; }\n",
    "app/(in)/@modal/default.tsx": "export default function Default() { return null; }\n",
    "app/(in)/notes/page.tsx": nextNotes(carrier("<Notes preloaded={preloaded} />")).replace(/"\.\.\//g, '"../../'),
    "app/(in)/notes/Notes.tsx": `${CLIENT}
import { usePreloadedQuery } from "convex/react";
export function Notes({ preloaded }) { return <p>{usePreloadedQuery(preloaded).length} notes</p>; }
`,
  },
};
export const nextPages = {
  framework: "next-pages",
  info: { gated: ["tasks:list", "more/notes:all"], open: ["Who we are"], answers: { "more/notes:all": { count: 3 } } },
  files: {
    "package.json": manifest("next"),
    "pages/_app.tsx": `
import { ClerkProvider, useAuth } from "@clerk/nextjs";
import { ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
const convex = new ConvexReactClient(process.env.NEXT_PUBLIC_CONVEX_URL!);
export default function App({ Component, pageProps }) {
  return <ClerkProvider {...pageProps}>${PROVIDER("<Component {...pageProps} />")}</ClerkProvider>;
}
`,
    "pages/index.tsx": `
import { SignInButton, UserButton } from "@clerk/nextjs";
import { usePaginatedQuery } from "convex/react";
import Head from "next/head";
${GATES}
import { api } from "../convex/_generated/api";
function TaskList() {
  const { results } = usePaginatedQuery(api.tasks.list, {}, { initialNumItems: 5 });
  return <p>{results.length} tasks</p>;
}
function Notes() {
  const notes = useQuery(api.more.notes.all, {});
  return <p>{notes.count.toFixed(1)} notes</p>;
}
export default function Home() {
  return <main><Head><title>Home</title></Head>${carrier("<TaskList />")}<hr /><Authenticated><Notes /></Authenticated></main>;
}
`,
    "pages/about.tsx": "export default function About() { return <p>Who we are</p>; }\n",
  },
};

// ---- TanStack Start ----

export const startRoot = (inside) => `
import { ClerkProvider, useAuth } from "@clerk/tanstack-react-start";
import { auth } from "@clerk/tanstack-react-start/server";
import { HeadContent, Outlet, Scripts, createRootRouteWithContext, useRouteContext } from "@tanstack/react-router";
import { createServerFn } from "@tanstack/react-start";
import { ConvexProviderWithClerk } from "convex/react-clerk";
const fetchClerkAuth = createServerFn({ method: "GET" }).handler(async () => ({ token: await (await auth()).getToken() }));
export const Route = createRootRouteWithContext()({
  beforeLoad: async ({ context }) => {
    const { token } = await fetchClerkAuth();
    if (token) context.convexQueryClient.serverHttpClient?.setAuth(token);
    return { token };
  },
  component: Root,
});
function Root() {
  const { convexClient: convex } = useRouteContext({ from: Route.id });
  return <ClerkProvider>${inside}</ClerkProvider>;
}
function Document({ children }) {
  return <html><head><HeadContent /></head><body>{children}<Scripts /></body></html>;
}
`;
export const startPage = (inside) => `
import { SignInButton, UserButton } from "@clerk/tanstack-react-start";
import { convexQuery } from "@convex-dev/react-query";
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { Authenticated, AuthLoading, Unauthenticated } from "convex/react";
import { api } from "../../convex/_generated/api";
export const Route = createFileRoute("/")({ component: Home });
function Home() {
  return <main>${inside}</main>;
}
function TaskList() {
  const { data } = useSuspenseQuery(convexQuery(api.tasks.list, {}));
  return <p>{data.length} tasks</p>;
}
`;
const start = {
  framework: "tanstack-start",
  info: { gated: ["tasks:list"], open: ["About team 1"] },
  files: {
    "package.json": manifest("@tanstack/react-start", "vite"),
    "src/router.tsx": `
import { ConvexQueryClient } from "@convex-dev/react-query";
import { QueryClient } from "@tanstack/react-query";
import { createRouter } from "@tanstack/react-router";
import { setupRouterSsrQueryIntegration } from "@tanstack/react-router-ssr-query";
import { ConvexProvider, ConvexReactClient } from "convex/react";
import { routeTree } from "./routeTree.gen";
export function getRouter() {
  const convexClient = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);
  const convexQueryClient = new ConvexQueryClient(convexClient);
  const queryClient = new QueryClient({ defaultOptions: { queries: { queryKeyHashFn: convexQueryClient.hashFn(), queryFn: convexQueryClient.queryFn() } } });
  convexQueryClient.connect(queryClient);
  const Wrap = ({ children }) => <ConvexProvider client={convexClient}>{children}</ConvexProvider>;
  const router = createRouter({ routeTree, context: { queryClient, convexQueryClient, convexClient }, Wrap });
  setupRouterSsrQueryIntegration({ router, queryClient });
  return router;
}
`,
    "src/routeTree.gen.ts": `
import { Route as root } from "./routes/__root";
import { Route as index } from "./routes/index";
import { Route as team } from "./routes/team.$team";
const children = {
  Index: index.update({ id: "/", path: "/", getParentRoute: () => root }),
  Team: team.update({ id: "/team/$team", path: "/team/$team", getParentRoute: () => root }),
};
export const routeTree = root._addFileChildren(children);
`,
    "src/routes/__root.tsx": startRoot(PROVIDER("<Document><Outlet /></Document>")),
    "src/routes/index.tsx": startPage(carrier("<TaskList />")),
    "src/routes/team.$team.tsx": `
import { createFileRoute } from "@tanstack/react-router";
export const Route = createFileRoute("/team/$team")({ component: Team, loader: async ({ params }) => ({ name: params.team }) });
function Team() {
  return <p>About team {Route.useLoaderData().name}</p>;
}
`,
  },
};

// ---- React Router ----

export const routerRoot = (inside) => `
import { SignInButton, UserButton, ClerkProvider, useAuth } from "@clerk/react-router";
import { clerkMiddleware, rootAuthLoader } from "@clerk/react-router/server";
${GATES.replace("useQuery", "ConvexReactClient")}
import { ConvexProviderWithClerk } from "convex/react-clerk";
import { Links, Meta, Outlet, Scripts, ScrollRestoration } from "react-router";
export const middleware = [clerkMiddleware()];
export const loader = (args) => rootAuthLoader(args);
const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);
export function Layout({ children }) {
  return <html lang="en"><head><Meta /><Links /></head><body>{children}<ScrollRestoration /><Scripts /></body></html>;
}
export default function App({ loaderData }) {
  return <ClerkProvider loaderData={loaderData}>${PROVIDER(inside)}</ClerkProvider>;
}
`;
export const routerPage = (name, text) => `
import { useParams } from "react-router";
import { api } from "../../convex/_generated/api";
${DATA}
export default function ${name}() {
  return <p>${text} {useParams().id} {useQuery(api.tasks.list)?.length}</p>;
}
`;
const reactRouter = {
  framework: "react-router",
  info: { gated: ["tasks:list"], open: ["Task board"] },
  files: {
    "package.json": manifest("react-router", "vite"),
    "app/root.tsx": routerRoot(`<h1>Task board</h1>${carrier("<Outlet />")}`),
    "app/routes.ts": `
import { index, layout, prefix, route, type RouteConfig } from "@react-router/dev/routes";
export default [index("routes/home.tsx"), layout("routes/frame.tsx", [...prefix("tasks", [route(":id", "routes/task.tsx")])])] satisfies RouteConfig;
`,
    "app/routes/home.tsx": routerPage("Home", "At home"),
    "app/routes/task.tsx": routerPage("Task", "Task"),
    "app/routes/frame.tsx": 'import { Outlet } from "react-router";\nexport default function Frame() { return <section><Outlet /></section>; }\n',
  },
};

export const SAMPLES = [react, expo, nextApp, nextPages, start, reactRouter];
