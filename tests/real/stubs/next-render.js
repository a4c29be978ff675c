// Next.js without its server: a page in its layouts, Server Components first.
import { cloneElement, createElement, Fragment, isValidElement } from "react";
import { App, Elsewhere, router } from "./next.js";
import { createRoot } from "./react-dom-client.js";

/** `levels`: the folders above the page, the outermost first: `{ layout, template, slots }`. */
export async function renderApp({ levels, page, params }) {
  // Next.js 15 and later hand over promises, those before the values.
  const props = { params: Object.assign(Promise.resolve(params), params), searchParams: Promise.resolve({}) };
  let tree = createElement(page, props);
  for (const { layout, template, slots } of levels.toReversed()) {
    const beside = Object.fromEntries(Object.entries(slots).map(([name, component]) => [name, createElement(component, props)]));
    if (template) tree = createElement(template, null, tree);
    if (layout) tree = createElement(layout, { params: props.params, ...beside }, tree);
  }
  try {
    tree = await onServer(tree);
  } catch (error) {
    if (!(error instanceof Elsewhere)) throw error;
    return;
  }
  createRoot(document).render(tree);
}

/**
 * Runs Server Components, which may be async: React's client can't. A component that calls a hook is one of the client and stays as it is. One of
 * the client that calls none is run too, which shows the same.
 */
async function onServer(node) {
  if (Array.isArray(node)) {
    const nodes = await Promise.all(node.map(onServer));
    return nodes.every((each, index) => each === node[index]) ? node : nodes;
  }
  if (typeof node?.then === "function") return onServer(await node);
  if (!isValidElement(node)) return node;
  if (typeof node.type === "function" && !node.type.prototype?.isReactComponent) {
    const result = quietly(() => node.type(node.props));
    if (!result.usesHook) return createElement(Fragment, node.key === null ? null : { key: node.key }, await onServer(await result.node));
  }
  const { children, ...others } = node.props;
  const changed = {};
  for (const [name, value] of Object.entries(others)) {
    if (!isValidElement(value)) continue;
    const resolved = await onServer(value);
    if (resolved !== value) changed[name] = resolved;
  }
  const inside = await onServer(children);
  if (inside === children) return Object.keys(changed).length > 0 ? cloneElement(node, changed) : node;
  // One by one: React asks for keys in an array.
  return cloneElement(node, changed, ...(Array.isArray(inside) ? inside : [inside]));
}

/** React has no hooks outside of its own rendering: it says so and throws. */
function quietly(run) {
  const loud = console.error;
  console.error = () => {};
  try {
    return { node: run() };
  } catch (error) {
    if (/of null \(reading 'use/.test(error?.message)) return { usesHook: true };
    throw error;
  } finally {
    console.error = loud;
  }
}

/** A page of the `pages` folder in its _app. */
export async function renderPage(app, page, params) {
  const load = page.getServerSideProps ?? page.getStaticProps;
  const loaded = await load?.({ params, query: params, req: { headers: {}, cookies: {} }, res: {}, resolvedUrl: "/" });
  const Root = app?.default ?? App;
  const tree = createElement(Root, { Component: page.default, pageProps: loaded?.props ?? {}, router });
  createRoot(document.getElementById("__next")).render(tree);
}
