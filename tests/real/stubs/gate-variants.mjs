// Variants of the sample apps for `gates.mjs --self-test`; those that are broken must be noticed.
import {
  EXPO_CARRIER, GATES, PROVIDER, WITHOUT_GATE, carrier, expoLayout, expoPage, nextLayout, nextNotes, nextPage, nextPages, reactApp, reactMain, routerPage,
  routerRoot, startPage, startRoot,
} from "./gate-samples.mjs";

/** Each hook that subscribes, and what it is from. */
const HOOKS = {
  "usePaginatedQuery": ["usePaginatedQuery(api.tasks.list, {}, { initialNumItems: 1 })", "convex/react"],
  "useQueries": ["useQueries({ one: { query: api.tasks.list, args: {} } })", "convex/react"],
  "useQuery, cached": ["useQuery(api.tasks.list)", "convex-helpers/react/cache/hooks"],
  "useQuery, TanStack Query": ["useQuery(convexQuery(api.tasks.list, {}))", "@tanstack/react-query"],
};
/** The About page with a component that calls a hook. */
const about = (call, from) => ({
  "src/App.tsx": reactApp(carrier("<TaskList />"), "<p>Who we are <Count /></p>").replace(GATES, `${GATES}\nimport { Count } from "./Count";`),
  "src/Count.tsx": `
import { ${/^\w+/.exec(call)[0]} } from "${from}";
import { convexQuery } from "@convex-dev/react-query";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { api } from "../convex/_generated/api";
const client = new QueryClient();
function Inside() {
  ${call};
  return null;
}
export const Count = () => <QueryClientProvider client={client}><Inside /></QueryClientProvider>;
`,
});

/** What the page shows after a click. */
const behindButton = (content) => ({
  info: { clicks: ["Show"] },
  files: {
    "src/App.tsx": reactApp("<Tasks />").replace("export default", `
import { useState } from "react";
function Tasks() {
  const [shown, setShown] = useState(false);
  return shown ? <section>${content}</section> : <button onClick={() => setShown(true)}>Show</button>;
}
export default`),
  },
});

const SECOND = carrier("<TaskList />") + carrier("<TaskList />").replace("<UserButton />", "");
const gateAbove = `<Authenticated>${PROVIDER("<App />")}</Authenticated>`;

/** `files` and `info` change the sample of the framework; `expected` is what one of the problems must say, without it there must be none. */
export const VARIANTS = [
  { name: "React: no gate", framework: "react", files: { "src/App.tsx": reactApp(WITHOUT_GATE) }, expected: /^\/, signed out: subscribes to tasks:list/ },
  { name: "React: two controls to sign in", framework: "react", files: { "src/App.tsx": reactApp(SECOND) }, expected: /^\/, signed out: a control to sign in is there 2 times/ },
  { name: "React: twice loading", framework: "react", files: { "src/App.tsx": reactApp(SECOND) }, expected: /^\/, loading: "Loading…" is there 2 times/ },
  {
    name: "React: no control to sign in", framework: "react", expected: /^\/, signed out: a control to sign in is there 0 times/,
    files: { "src/App.tsx": reactApp(carrier("<TaskList />").replace(/<Unauth.*\n/, "")) },
  },
  {
    name: "React: a control to sign in for all", framework: "react", expected: /^\/, signed in: a control to sign in is there 1 times/,
    files: { "src/App.tsx": reactApp(carrier("<TaskList />").replace(/<\/?Unauthenticated>/g, "")) },
  },
  {
    name: "React: nothing says that it loads", framework: "react", expected: /^\/, loading: "Loading…" is there 0 times/,
    files: { "src/App.tsx": reactApp(carrier("<TaskList />").replace(/<AuthLoading.*\n/, "")) },
  },
  {
    name: "React: two user buttons", framework: "react", expected: /^\/, signed in: 2 UserButtons/,
    files: { "src/App.tsx": reactApp(carrier("<TaskList /><UserButton />")) },
  },
  {
    name: "React: a query while the session loads", framework: "react", expected: /^\/, loading: subscribes to tasks:list/,
    files: { "src/App.tsx": reactApp(carrier("").replace("<p>Loading…</p>", "<p>Loading…</p><TaskList />")) },
  },
  {
    name: "React: a query that nobody sees", framework: "react", expected: /^signed in: no page subscribes to tasks:list/,
    files: { "src/App.tsx": reactApp(carrier("")) },
  },
  {
    name: "React: a gate outside of the provider", framework: "react", expected: /gate is used without ConvexProviderWithClerk above/,
    files: { "src/main.tsx": reactMain(gateAbove, 'import { Authenticated } from "convex/react";') },
  },
  {
    name: "React: a hidden open page", framework: "react", expected: /^signed out: no page shows "Who we are"/,
    files: { "src/App.tsx": reactApp(carrier("<TaskList />"), "<Authenticated><p>Who we are</p></Authenticated>") },
  },
  {
    name: "React: a gate around nothing", framework: "react", expected: /^\/about: there is a gate, but nothing that subscribes/,
    files: { "src/App.tsx": reactApp(carrier("<TaskList />"), `<p>Who we are <b>${carrier("").replace(/<(\/?)p>/g, "<$1i>")}</b></p>`) },
  },
  {
    name: "React: right, one gate around all", framework: "react", info: { options: ["--gate", "root"], open: [] },
    files: {
      "src/main.tsx": reactMain(PROVIDER(carrier("<App />")), `${GATES}\nimport { SignInButton, UserButton } from "@clerk/react";`),
      "src/App.tsx": reactApp(WITHOUT_GATE),
    },
  },
  {
    name: "React: a route of its own without a gate", framework: "react", expected: /^\/about, signed out: subscribes to tasks:list/,
    files: { "src/App.tsx": reactApp(carrier("<TaskList />"), "<p>Who we are <TaskList /></p>") },
  },
  ...Object.entries(HOOKS).map(([hook, parts]) => ({
    name: `React: ${hook} without a gate`, framework: "react", files: about(...parts), expected: /^\/about, signed out: subscribes to tasks:list/,
  })),
  { name: "React: right, a query that is skipped", framework: "react", files: about('useQuery(api.tasks.list, "skip")', "convex/react") },
  { name: "React: right, a change", framework: "react", files: about("useMutation(api.tasks.add)", "convex/react") },
  {
    name: "React: right, routes in a table", framework: "react",
    files: {
      "src/main.tsx": reactMain(PROVIDER("<App />")).replace(/<\/?BrowserRouter>/g, ""),
      "src/App.tsx": `
import { SignInButton, UserButton } from "@clerk/react";
import { createBrowserRouter, RouterProvider } from "react-router";
${GATES}
import { TaskList } from "./TaskList";
const router = createBrowserRouter([{ path: "/", element: <><h1>Tasks</h1>${carrier("<TaskList />")}</> }, { path: "/about", element: <p>Who we are</p> }]);
export default function App() {
  return <RouterProvider router={router} />;
}
`,
    },
  },
  { name: "React: right, a gate behind a button", framework: "react", ...behindButton(carrier("<TaskList />")) },
  {
    name: "React: no gate behind a button", framework: "react", ...behindButton(WITHOUT_GATE),
    expected: /^\/, signed out, after "Show": subscribes to tasks:list/,
  },
  { name: "React: right, nothing is gated", framework: "react", info: { gated: [] }, files: { "src/App.tsx": reactApp(WITHOUT_GATE) } },
  { name: "React: a gate though nothing is gated", framework: "react", info: { gated: [] }, expected: /^\/, signed out: there is a gate/ },
  {
    name: "React: right, own controls elsewhere", framework: "react", info: { ownControls: true },
    files: { "src/App.tsx": reactApp("<Authenticated><TaskList /></Authenticated>", "<p>Who we are <Unauthenticated><SignInButton /></Unauthenticated></p>") },
  },
  { name: "Expo: no gate", framework: "expo", files: { "app/more.tsx": expoPage(WITHOUT_GATE) }, expected: /more\.tsx, signed out: subscribes to tasks:list/ },
  {
    name: "Expo: two controls to sign in", framework: "expo", expected: /index\.tsx, signed out: a control to sign in is there 2 times/,
    files: { "app/index.tsx": expoPage(EXPO_CARRIER + EXPO_CARRIER) },
  },
  {
    name: "Expo: a gate outside of the provider", framework: "expo", expected: /gate is used without ConvexProviderWithClerk above/,
    files: { "app/_layout.tsx": `import { Authenticated } from "convex/react";${expoLayout(`<Authenticated>${PROVIDER("<Tabs />")}</Authenticated>`)}` },
  },
  {
    name: "Next.js: no gate", framework: "next-app", expected: /\[team\]\/page\.tsx, signed out: subscribes to tasks:list/,
    files: { "app/[team]/page.tsx": nextPage(WITHOUT_GATE) },
  },
  {
    name: "Next.js: no gate around what the server has loaded", framework: "next-app", expected: /notes\/page\.tsx, signed out: subscribes to notes:all/,
    files: { "app/(in)/notes/page.tsx": nextNotes("<Notes preloaded={preloaded} />").replace(/"\.\.\//g, '"../../') },
  },
  {
    name: "Next.js: a gate of convex/react in a Server Component", framework: "next-app", expected: /page\.tsx is a Server Component/,
    files: { "app/[team]/page.tsx": nextPage(carrier("<TaskList />"), "convex/react") },
  },
  {
    name: "Next.js: all pages hidden by the layout", framework: "next-app", expected: /^signed out: no page shows "Who we are"/,
    files: { "app/layout.tsx": nextLayout("<Providers><Authenticated>{children}</Authenticated></Providers>", 'import { Authenticated } from "./auth-gates";') },
  },
  {
    name: "Next.js: a gate beside the provider", framework: "next-app", expected: /gate is used without ConvexProviderWithClerk above/,
    files: {
      "app/layout.tsx": nextLayout("<Authenticated>Hi</Authenticated><Providers>{children}</Providers>", 'import { Authenticated } from "./auth-gates";'),
    },
  },
  {
    name: "Next.js, pages: one of two gates is gone", framework: "next-pages", expected: /index\.tsx, signed out: subscribes to more\/notes:all/,
    files: { "pages/index.tsx": nextPages.files["pages/index.tsx"].replace("<Authenticated><Notes /></Authenticated>", "<Notes />") },
  },
  {
    name: "Start: no gate", framework: "tanstack-start", expected: /page \/, signed out: subscribes to tasks:list/,
    files: { "src/routes/index.tsx": startPage(WITHOUT_GATE) },
  },
  {
    name: "Start: all pages hidden", framework: "tanstack-start", expected: /^signed out: no page shows "About team 1"/,
    files: {
      "src/routes/__root.tsx": `import { Authenticated } from "convex/react";${startRoot(PROVIDER("<Document><Authenticated><Outlet /></Authenticated></Document>"))}`,
    },
  },
  {
    name: "React Router: right, routes by the names of files, entry.client", framework: "react-router",
    files: {
      "app/routes.ts": 'import { flatRoutes } from "@react-router/fs-routes";\nexport default flatRoutes();\n',
      "app/routes/_index.tsx": routerPage("Home", "At home"),
      "app/routes/frame.tsx": routerPage("Frame", "Framed"),
      "app/routes/task.$id.tsx": routerPage("Task", "Task"),
      "app/entry.client.tsx": `
import { StrictMode } from "react";
import { hydrateRoot } from "react-dom/client";
import { HydratedRouter } from "react-router/dom";
hydrateRoot(document, <StrictMode><HydratedRouter /></StrictMode>);
`,
    },
  },
  {
    name: "React Router: no gate", framework: "react-router", expected: /page \/tasks\/1, signed out: subscribes to tasks:list/,
    files: { "app/root.tsx": routerRoot("<h1>Task board</h1><Outlet />") },
  },
  {
    name: "React Router: a gate in Layout", framework: "react-router", expected: /gate is used without ConvexProviderWithClerk above/,
    files: { "app/root.tsx": routerRoot("<Outlet />").replace("<body>{children}", "<body><Authenticated>{children}</Authenticated>") },
  },
];
