// The sample app of `oracle.mjs --self-test`, and the ways to break it that the oracle must notice.

const head = (clerk) => `
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ConvexProvider, ConvexReactClient } from "convex/react";
import { ConvexProviderWithClerk } from "convex/react-clerk";
${clerk}
import App from "./App";
const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL);
const key = import.meta.env.VITE_CLERK_PUBLISHABLE_KEY;
`;
const core3 = head('import { ClerkProvider, useAuth } from "@clerk/react";');
const core2 = core3.replace("@clerk/react", "@clerk/clerk-react");
const page = (imports, tree, id = "root") => `${imports}createRoot(document.getElementById("${id}")!).render(<StrictMode>${tree}</StrictMode>);\n`;
const inner = (children) => `<ConvexProviderWithClerk client={convex} useAuth={useAuth}>${children}</ConvexProviderWithClerk>`;
const outer = (children) => `<ClerkProvider publishableKey={key}>${children}</ClerkProvider>`;
const RIGHT = outer(inner("<App />"));

export const SELF_TEST_FILES = {
  "package.json": '{ "dependencies": { "vite": "*" } }',
  "index.html": '<body><div id="root"></div><div id="second"></div><script type="module" src="/src/main.tsx"></script></body>',
  "src/main.tsx": page(core3, "<ConvexProvider client={convex}><App /></ConvexProvider>"),
  "src/App.tsx": `
import { useQuery } from "convex/react";
import { api } from "../convex/_generated/api";
export default function App() {
  return <p>Hello {useQuery(api.tasks.list) === undefined ? "there" : "you"}</p>;
}
`,
};

const twoPackages = head('import { ClerkProvider } from "@clerk/react";\nimport { useAuth } from "@clerk/clerk-react";');
const nested = head('import { ClerkProvider, useAuth } from "@clerk/react";\nimport { ClerkProvider as Old } from "@clerk/clerk-react";');
const gateAbove = core3.replace("{ ConvexProvider,", "{ Authenticated,");
const boundary = `${core3}
import { Component } from "react";
class Boundary extends Component<{ children: any }> {
  state = { failed: false };
  static getDerivedStateFromError() { return { failed: true }; }
  render() { return this.state.failed ? <p>Hello there</p> : this.props.children; }
}
`;

/** `expected`: what one of the problems must say; without it the app must pass. */
export const SELF_TESTS = [
  { name: "the right tree", main: page(core3, RIGHT) },
  { name: "ClerkProvider inside ConvexProviderWithClerk", main: page(core3, inner(outer("<App />"))), expected: /useAuth of @clerk\/react is used without a ClerkProvider/ },
  { name: "useAuth from the other package", main: page(twoPackages, RIGHT), expected: /below a ClerkProvider of another package/ },
  { name: "ClerkProvider twice", main: page(core3, outer(RIGHT)), expected: /ClerkProvider of @clerk\/react is nested/ },
  { name: "ClerkProviders of two packages", main: page(nested, `<Old publishableKey={key}>${RIGHT}</Old>`), expected: /nested in a ClerkProvider of @clerk\/clerk-react/ },
  { name: "ClerkProviders side by side", main: page(core3, `${RIGHT}${outer("")}`), expected: /2 ClerkProviders are mounted in root 1/ },
  { name: "Core 3 in two roots", main: page(core3, RIGHT) + page("", outer(inner(" ")), "second") },
  { name: "Core 2 in two roots", main: page(core2, RIGHT) + page("", outer(inner(" ")), "second"), expected: /2 ClerkProviders of @clerk\/clerk-react are mounted on one page/ },
  { name: "no ClerkProvider", main: page(core3, inner("<App />")), expected: /used without a ClerkProvider above/ },
  { name: "an error that a boundary hides", main: page(boundary, `<Boundary>${inner("<App />")}</Boundary>`), expected: /used without a ClerkProvider above/ },
  { name: "plain provider left", main: page(core3, "<ConvexProvider client={convex}><App /></ConvexProvider>"), expected: /no ConvexProviderWithClerk is mounted/ },
  { name: "plain provider left inside", main: page(core3, outer(inner("<ConvexProvider client={convex}><App /></ConvexProvider>"))), expected: /plain ConvexProvider is still mounted/ },
  { name: "plain provider in another root", main: page(core3, RIGHT) + page("", "<ConvexProvider client={convex}><i /></ConvexProvider>", "second"), expected: /plain ConvexProvider is still mounted/ },
  { name: "no children", main: page(core3, outer("<ConvexProviderWithClerk client={convex} useAuth={useAuth} />")), expected: /got no children/ },
  { name: "no client", main: page(core3, outer("<ConvexProviderWithClerk client={undefined as any} useAuth={useAuth}><App /></ConvexProviderWithClerk>")), expected: /ConvexProviderWithClerk got no client/ },
  { name: "useAuth called", main: page(core3, RIGHT.replace("useAuth={useAuth}", "useAuth={useAuth() as any}")), expected: /uncaught|useAuth/i },
  { name: "key without the bundler's prefix", main: page(core3.replace("VITE_CLERK", "CLERK"), RIGHT), expected: /publishableKey is undefined/ },
  { name: "process.env in Vite", main: page(core3.replace("import.meta.env.VITE_CLERK", "process.env.VITE_CLERK"), RIGHT), expected: /uncaught/ },
  { name: "children lost", main: page(core3, outer(inner("<i />"))), expected: /text of the page changed/ },
  { name: "another deployment", main: page(core3.replace("VITE_CONVEX_URL", "VITE_OTHER_URL"), RIGHT), expected: /client's address changed/ },
  { name: "a gate above the provider", main: page(gateAbove, `<Authenticated>${RIGHT}</Authenticated>`), expected: /gate is used without ConvexProviderWithClerk/ },
];

// ---- Expo ----

const layout = (imports, navigator, tree) => `
import { ${navigator} } from "expo-router";
import { ConvexProvider, ConvexReactClient } from "convex/react";
${imports}
const convex = new ConvexReactClient(process.env.EXPO_PUBLIC_CONVEX_URL);
export default function Layout() { return ${tree}; }
`;
const expoClerk = `
import { ClerkProvider, useAuth } from "@clerk/expo";
import { tokenCache } from "@clerk/expo/token-cache";
import { ConvexProviderWithClerk } from "convex/react-clerk";
const key = process.env.EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY;
`;
const expoOuter = (children) => `<ClerkProvider publishableKey={key} tokenCache={tokenCache}>${children}</ClerkProvider>`;
const screen = 'import { useQuery } from "convex/react";\nimport { Text } from "react-native";\n';
const bare = 'import { Tabs } from "expo-router";\nexport default Tabs;\n';

export const EXPO_SELF_TEST_FILES = {
  "package.json": '{ "main": "expo-router/entry", "dependencies": { "expo": "*", "expo-router": "*" } }',
  "app/_layout.tsx": layout("", "Stack", "<ConvexProvider client={convex}><Stack /></ConvexProvider>"),
  "app/index.tsx": `${screen}export default function Home() { return <Text>Home {useQuery({}) === undefined ? "there" : "you"}</Text>; }\n`,
  "app/two/about.tsx": `${screen}export default function About() { return <Text>About</Text>; }\n`,
};
export const EXPO_SELF_TESTS = [
  { name: "Expo: right", files: { "app/_layout.tsx": layout(expoClerk, "Stack", expoOuter(inner("<Stack />"))) } },
  {
    name: "Expo: no ClerkProvider above", expected: /without a ClerkProvider above/,
    files: { "app/_layout.tsx": layout(expoClerk, "Stack", inner("<Stack />")) },
  },
  {
    name: "Expo: no token cache", expected: /got no token cache/,
    files: { "app/_layout.tsx": layout(expoClerk, "Stack", expoOuter(inner("<Stack />")).replace("tokenCache={tokenCache}", "")) },
  },
  {
    name: "Expo: a ClerkProvider in each tab", expected: /2 ClerkProviders are mounted in root/,
    files: {
      "app/_layout.tsx": bare,
      ...Object.fromEntries(["one", "two"].map((tab) => [`app/${tab}/_layout.tsx`, layout(expoClerk, "Slot", expoOuter(inner("<Slot />")))])),
      "app/one/index.tsx": "export default function One() { return null; }\n",
      "app/index.tsx": "export default function Home() { return null; }\n",
    },
  },
];
