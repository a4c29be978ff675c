// Which stand-in a package gets in gates.mjs. Real are react, react-router, TanStack's router and query, and what convex has without React.
import { dirname } from "node:path";
import { HERE, START, STUBS, join } from "./lib.mjs";

const FILES = {
  "@clerk/expo": "clerk-expo.js",
  "@clerk/clerk-expo": "clerk-expo-core2.js",
  "@convex-dev/react-query": "convex-react-query.js",
  "@react-router/dev/routes": "router-dev.mjs",
  "@react-router/fs-routes": "router-dev.mjs",
  "@tanstack/react-query": "tanstack-query.js",
  "convex/browser": "convex-server-side.js",
  "convex/nextjs": "convex-server-side.js",
  "convex/react": "convex-react.js",
  "convex/react-clerk": "convex-react-clerk.js",
  "convex-helpers/react": "convex-helpers.js",
  "convex-helpers/react/cache": "convex-helpers.js",
  "convex-helpers/react/cache/hooks": "convex-helpers.js",
  "convex-helpers/react/cache/provider": "convex-helpers.js",
  "expo": "expo.js",
  "expo-router": "expo-router.js",
  "next-themes": "next.js",
  "react-dom": "react-dom.js",
  "react-dom/client": "react-dom-client.js",
  "react-router": "router-framework.js",
  "react-router/dom": "router-framework.js",
};
/** The default export of a module of Next.js; all its others are names of next.js. */
const NEXT_DEFAULTS = {
  "next/app": "App", "next/dynamic": "dynamic", "next/font/local": "font", "next/head": "Head", "next/image": "Image", "next/link": "Link",
  "next/router": "router", "next/script": "Script",
};
const CLERK = /^@clerk\/(?:react|clerk-react|nextjs|react-router|tanstack-react-start)$/;
/** Of both lines: whether an app may use a name is for the type check. */
const CLERK_NAMES = `ClerkProvider, useAuth, useUser, useClerk, Show, SignedIn, SignedOut, Protect, ClerkLoaded, ClerkLoading, SignInButton, SignUpButton,
  SignOutButton, SignIn, SignUp, UserButton, UserProfile, UserAvatar, OrganizationSwitcher, RedirectToSignIn, RedirectToSignUp`;
/** What a phone has, and comes with Expo: all of it is one stand-in. */
const NATIVE = /^(?:react-native|expo|@expo|@react-navigation)(?:[-/].*)$|^react-native$/;
const START_FILES = /^@tanstack\/react-start(?:\/(?:client|server))?$/;
/** Packages that only the set of TanStack Start has. */
const OF_START = /^@tanstack\/(?:react-router|react-router-ssr-query|react-router-with-query|history|router-core)(?:\/|$)/;
/** They only break a build that has them in the wrong place. */
const MARKS = /^(?:server|client)-only$/;
/** Packages that must be there once only. */
const ONE_COPY = /^(?:react|scheduler|use-sync-external-store)(?:\/|$)/;
const WITHOUT = /^(?:@clerk|next|@tanstack\/react-start)\/|^next$|^convex\/react-|^convex-helpers\/react/;

const stub = (name) => JSON.stringify(join(STUBS, name));

/** The text of a stand-in that is made for one module. */
function textFor(path) {
  if (MARKS.test(path)) return "";
  if (CLERK.test(path)) return `import { clerkPackage } from ${stub("clerk.js")};\nexport const { ${CLERK_NAMES} } = clerkPackage(${JSON.stringify(path)});\n`;
  // Any font is there: esbuild copies the names of a module, and keeps what is above it.
  if (path === "next/font/google") {
    return `const { font } = require(${stub("next.js")});
      module.exports = Object.create(new Proxy({}, { get: (_, name) => (name === "__esModule" ? undefined : font) }));`;
  }
  const main = NEXT_DEFAULTS[path];
  return `export * from ${stub("next.js")};\n${main ? `export { ${main} as default } from ${stub("next.js")};\n` : ""}`;
}

export const gateStandIns = {
  name: "stand-ins of gates",
  setup({ onResolve, onLoad, resolve }) {
    onResolve({ filter: /^[@a-z]/ }, async ({ path, importer, kind, pluginData }) => {
      if (pluginData === "real" || kind === "entry-point") return undefined;
      const from = (resolveDir) => resolve(path, { kind, resolveDir, pluginData: "real" });
      if (ONE_COPY.test(path)) return from(HERE);
      if (OF_START.test(path)) return from(START);
      const inPackages = importer.includes("/node_modules/");
      // The stand-ins need the real thing, and react-dom itself too: its client asks for `react-dom`.
      if (dirname(importer) === STUBS || (path.startsWith("react-dom") && inPackages)) return path.startsWith("react-dom") ? from(HERE) : undefined;
      // What joins TanStack's router and query has to find the same query.
      if (inPackages && path !== "@tanstack/react-query") return undefined;
      if (FILES[path]) return { path: join(STUBS, FILES[path]) };
      if (/^@clerk\/(?:clerk-)?expo\/token-cache$/.test(path)) return { path: join(STUBS, "clerk-token-cache.js") };
      if (/^@clerk\/[\w-]+\/(?:api\.)?server$/.test(path)) return { path: join(STUBS, "clerk-server.js") };
      if (START_FILES.test(path)) return { path: join(STUBS, "tanstack-start.js") };
      if (MARKS.test(path) || CLERK.test(path) || path === "next/font/google" || path in NEXT_DEFAULTS || /^next\/(?:navigation|headers|cache|server)$/.test(path)) {
        return { path, namespace: "stand-in" };
      }
      if (NATIVE.test(path)) return { path: join(STUBS, "native.js") };
      return WITHOUT.test(path) ? { errors: [{ text: `there is no stand-in for ${path}` }] } : undefined;
    });
    onLoad({ filter: /.*/, namespace: "stand-in" }, ({ path }) => ({ loader: "js", contents: textFor(path), resolveDir: STUBS }));
  },
};
