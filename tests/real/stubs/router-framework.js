// React Router's framework mode without its bundler: the real router renders the root with one of its pages. Also the stand-in
// for react-router and react-router/dom.
import { createElement, Fragment } from "react";
import { createRoutesStub } from "react-router";
import { createRoot } from "./react-dom-client.js";

export * from "react-router";
export { RouterProvider } from "react-router/dom";

const oracle = globalThis.__oracle;
const Nothing = () => null;
/** There are no files of a build to load. */
export { Nothing as Links, Nothing as Scripts };
/** What entry.client renders. */
export const HydratedRouter = () => oracle.routed;

function loaderOf({ clientLoader, loader }) {
  const load = clientLoader ?? loader;
  if (!load) return undefined;
  return async (args) => {
    try {
      // The router warns of a loader without a result.
      return (await load({ ...args, serverLoader: () => loader?.(args) })) ?? null;
    } catch (error) {
      if (!(error instanceof Response)) oracle.problem(`a loader failed: ${error?.message ?? error}`);
      throw error;
    }
  };
}

/** `module` is what the route's file exports. */
export function routeOf(place, module, children = [], id) {
  const route = {
    id, ...place, Component: module.default, ErrorBoundary: module.ErrorBoundary, HydrateFallback: module.HydrateFallback, loader: loaderOf(module),
    middleware: module.clientMiddleware ?? module.middleware,
  };
  return place.index ? route : { ...route, children };
}

export async function renderRoutes(root, children, enterClient) {
  const Layout = root.Layout ?? Fragment;
  const Inside = root.default;
  const Component = (props) => createElement(Layout, null, createElement(Inside, props));
  const Fallback = root.HydrateFallback ?? Fragment;
  const HydrateFallback = () => createElement(Layout, null, createElement(Fallback));
  const future = { v8_middleware: true };
  const routes = [{ ...routeOf({ path: "" }, root, children, "root"), Component, HydrateFallback }];
  const Routes = createRoutesStub(routes);
  oracle.routed = createElement(Routes, { future, initialEntries: [location.pathname + location.search] });
  if (enterClient) await enterClient();
  else createRoot(document).render(oracle.routed);
}
