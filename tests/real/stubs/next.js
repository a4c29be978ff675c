// Stand-in for the modules of Next.js (and next-themes) that a page imports.
import { Component, createElement, Fragment, lazy, Suspense } from "react";

const Shown = ({ children }) => createElement(Fragment, null, children);
const Nothing = () => null;
/** Next.js 15 and later return a promise, those before the thing itself. */
const both = (value) => Object.assign(Promise.resolve(value), value);

export const Link = ({ href, children }) => createElement("a", { href: typeof href === "string" ? href : "#" }, children);
export const Image = ({ alt }) => createElement("img", { alt });
export { Nothing as Head, Nothing as Script };
export const font = () => ({ className: "font", variable: "font", style: {} });
export function dynamic(load, { loading: Loading = Nothing } = {}) {
  // `load` may return a component or a module.
  const Loaded = lazy(async () => {
    const loaded = await load();
    return loaded.default ? loaded : { default: loaded };
  });
  return (props) => createElement(Suspense, { fallback: createElement(Loading) }, createElement(Loaded, props));
}
export class App extends Component {
  render() {
    return createElement(this.props.Component, this.props.pageProps);
  }
}

// next/navigation, next/router
export const router = {
  pathname: "/", asPath: "/", query: {}, isReady: true, events: { on() {}, off() {} }, push() {}, replace() {}, refresh() {}, back() {}, prefetch() {},
};
export const useRouter = () => router;
export const usePathname = () => "/";
export const useSearchParams = () => new URLSearchParams();
export const useParams = () => ({});
export const useSelectedLayoutSegment = () => null;
export const useSelectedLayoutSegments = () => [];
/** Thrown where a server sends something else than the page. */
export class Elsewhere extends Error {}
const leave = () => {
  throw new Elsewhere("the page leads elsewhere");
};
export { leave as redirect, leave as permanentRedirect, leave as notFound, leave as forbidden, leave as unauthorized };

// next/headers, next/cache, next/server
const stored = { get: () => undefined, getAll: () => [], has: () => false, set() {}, delete() {} };
export const cookies = () => both(stored);
export const headers = () => both(stored);
export const draftMode = () => both({ isEnabled: false });
export const unstable_cache = (run) => run;
export const unstable_noStore = () => {};
export const revalidatePath = () => {};
export const revalidateTag = () => {};
export const cacheLife = () => {};
export const cacheTag = () => {};
export const connection = async () => {};
export const after = () => {};
export const NextResponse = Response;
export const NextRequest = Request;

// next-themes
export { Shown as ThemeProvider };
export const useTheme = () => ({ theme: "light", resolvedTheme: "light", setTheme() {} });
