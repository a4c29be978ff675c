// What differs between the apps: variables, how the built app is served, what a first visit shows, and how each control breaks the app.
import { SEEDED } from "./story.mjs";

/** What Clerk's packages say where nothing around gives a session. */
const NO_PROVIDER = /useAuth can only be used within the <ClerkProvider/;

export const FRAMEWORKS = {
  vite: {
    variables: viteVariables,
    serve: vitePreview,
    firstStates: ["AuthLoading", "Unauthenticated"],
    clerkInside: {
      after: (app) => app.change("src/main.tsx", swapTags("ClerkProvider", "ConvexProviderWithClerk")),
      fails: { step: "first visit", reason: NO_PROVIDER },
    },
  },
  next: {
    variables: ({ convexUrl, instance, clerkApi }) => ({
      NEXT_PUBLIC_CONVEX_URL: convexUrl,
      NEXT_PUBLIC_CLERK_PUBLISHABLE_KEY: instance.publishableKey,
      NEXT_TELEMETRY_DISABLED: "1",
      ...serverVariables(instance, clerkApi),
    }),
    // Not 127.0.0.1: there the middleware proxies to itself.
    serve: (port) => ["start", "--", "--hostname", "localhost", "--port", port],
    firstStates: ["AuthLoading", "Unauthenticated"],
    serverPage: { path: "/print", shows: SEEDED },
    clerkInside: {
      after: (app) => app.change("app/layout.tsx", swapTags("ClerkProvider", "ConvexClientProvider")),
      // The page is rendered as the app is built.
      fails: { step: "build", reason: NO_PROVIDER },
    },
    noMiddleware: {
      after: (app) => app.change("proxy.ts", null),
      fails: { step: "server page", reason: /^the app answers 500 to \/print: .*clerkMiddleware/ },
    },
  },
  start: {
    variables: ({ convexUrl, instance, clerkApi }) => ({ ...viteVariables({ convexUrl, instance }), ...serverVariables(instance, clerkApi) }),
    serve: vitePreview,
    firstStates: ["Unauthenticated"],
    serverPage: { path: "/summary", shows: "2 tasks" },
    clerkInside: {
      after: (app) => app.change("src/routes/__root.tsx", swapTags("ClerkProvider", "ConvexProviderWithClerk")),
      fails: { step: "first visit", reason: NO_PROVIDER },
    },
    noMiddleware: {
      after: (app) => app.change("src/start.ts", null),
      fails: { step: "first visit", reason: /^the app answers 500 to \/: .*clerkMiddleware/ },
    },
    limits: [
      {
        // The cache keeps its subscription for a while when the gate has closed: README.md, "What it does not prove".
        name: "list by TanStack Query",
        before: (app) => app.change("src/components/TaskList.tsx", listByTanStackQuery),
        fails: { step: "sign out", reason: /^tasks:list ran without an identity/ },
      },
    ],
  },
};

function viteVariables({ convexUrl, instance }) {
  return { VITE_CONVEX_URL: convexUrl, VITE_CLERK_PUBLISHABLE_KEY: instance.publishableKey };
}

function vitePreview(port) {
  return ["preview", "--", "--host", "localhost", "--port", port, "--strictPort"];
}

/** What only the server of an app may see. */
function serverVariables(instance, clerkApi) {
  return { CLERK_SECRET_KEY: instance.secretKey, CLERK_API_URL: clerkApi, CLERK_TELEMETRY_DISABLED: "1" };
}

function listByTanStackQuery(text) {
  const imports = ['import { convexQuery } from "@convex-dev/react-query";', 'import { useQuery } from "@tanstack/react-query";'];
  return text
    .replace('import { useQuery } from "convex/react";', imports.join("\n"))
    .replace("const tasks = useQuery(api.tasks.list);", "const { data: tasks } = useQuery(convexQuery(api.tasks.list, {}));");
}

/** Puts two elements of a file in each other's place, each with its attributes. */
function swapTags(one, other) {
  const opening = (name) => new RegExp(`<${name}\\b[^>]*>`);
  return (text) => {
    const swapped = {
      [`<${one}`]: opening(other).exec(text)[0],
      [`<${other}`]: opening(one).exec(text)[0],
      [`</${one}`]: `</${other}>`,
      [`</${other}`]: `</${one}>`,
    };
    return text.replace(new RegExp(`(</?(?:${one}|${other}))\\b[^>]*>`, "g"), (_, tag) => swapped[tag]);
  };
}
