// Stand-in for expo: the root component goes where the page has its root.
import { createElement } from "react";
import { createRoot } from "react-dom/client";

export function registerRootComponent(App) {
  createRoot(document.getElementById("root")).render(createElement(App));
}
