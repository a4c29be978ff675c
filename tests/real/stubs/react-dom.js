// The real react-dom, plus the `render` and `hydrate` that React 19 dropped and older apps call.
import * as real from "react-dom";
import { createRoot, hydrateRoot } from "./react-dom-client.js";

export * from "react-dom";
export const render = (children, container) => createRoot(container).render(children);
export const hydrate = (children, container) => hydrateRoot(container, children);
export default { ...real, render, hydrate, createRoot, hydrateRoot };
