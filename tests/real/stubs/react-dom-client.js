// The real react-dom/client, with each root numbered and its errors recorded.
import { createElement } from "react";
import * as real from "react-dom/client";
import { Above } from "./probe.js";

const oracle = globalThis.__oracle;

function numbered(children, root) {
  return createElement(Above.Provider, { value: { root, providers: [] } }, children);
}

function recording(options = {}) {
  const record = (name) => (error, info) => {
    oracle.problem(`React ${name}: ${error?.message ?? error}`);
    options[name]?.(error, info);
  };
  return { ...options, onUncaughtError: record("onUncaughtError"), onCaughtError: record("onCaughtError") };
}

export function createRoot(container, options) {
  const number = ++oracle.roots;
  const root = real.createRoot(container, recording(options));
  oracle.unmount?.push(() => root.unmount());
  return { render: (children) => root.render(numbered(children, number)), unmount: () => root.unmount() };
}

export function hydrateRoot(container, children, options) {
  // No server has rendered the pages of gates.mjs.
  if (oracle.onePage) {
    const root = createRoot(container, options);
    root.render(children);
    return root;
  }
  const number = ++oracle.roots;
  const root = real.hydrateRoot(container, numbered(children, number), recording(options));
  return { render: (next) => root.render(numbered(next, number)), unmount: () => root.unmount() };
}

export default { createRoot, hydrateRoot };
