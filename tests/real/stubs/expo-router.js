// Stand-in for expo-router. `renderRoute` gets the tree of files and the way to one page; a navigator shows what is next on the way, and Tabs all
// that is beside it too, since visited tabs stay mounted.
import { createContext, createElement, Fragment, useContext } from "react";
import { registerRootComponent } from "./expo.js";

const oracle = globalThis.__oracle;
const Next = createContext(null);

/** A node is `{ layout, children }` or `{ page }`; `way` lists a child's index per level. */
function Node({ node, way }) {
  if (node.page) return createElement(node.page);
  return createElement(Next.Provider, { value: { node, way } }, createElement(node.layout ?? Slot));
}

export function renderRoute(node, way) {
  registerRootComponent(() => createElement(Node, { node, way }));
}

function child({ node, way }, index) {
  return createElement(Node, { key: index, node: node.children[index], way: index === way[0] ? way.slice(1) : firstWay(node.children[index]) });
}

function firstWay(node) {
  return node.page ? [] : [0, ...firstWay(node.children[0])];
}

export function Slot() {
  const next = useContext(Next);
  return child(next, next.way[0]);
}

function navigator(Shown) {
  const Navigator = ({ children }) => createElement(Fragment, null, createElement(Shown), children);
  return Object.assign(Navigator, { Screen: () => null, Protected: ({ guard, children }) => (guard ? children : null) });
}

export const Stack = navigator(Slot);
export const Tabs = navigator(() => {
  const next = useContext(Next);
  // Each page is judged by itself by gates.mjs.
  if (oracle.onePage) return child(next, next.way[0]);
  return next.node.children.map((_, index) => child(next, index));
});
export const Drawer = Stack;
export const Navigator = Stack;
export const Link = ({ children }) => createElement("a", null, children);
export const Redirect = () => null;
export const ErrorBoundary = () => null;
export const router = { push() {}, replace() {}, back() {}, navigate() {}, dismiss() {} };
export const useRouter = () => router;
export const usePathname = () => "/";
export const useSegments = () => [];
export const useLocalSearchParams = () => ({});
export const useGlobalSearchParams = useLocalSearchParams;
export const useNavigation = () => ({ setOptions() {}, navigate() {} });
export const useFocusEffect = () => {};
export const SplashScreen = { preventAutoHideAsync: async () => {}, hideAsync: async () => {}, hide() {} };
export { DarkTheme, DefaultTheme, ThemeProvider } from "./native.js";
