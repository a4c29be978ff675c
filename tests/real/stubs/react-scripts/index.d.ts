// Enough of react-scripts' ambient types for `/// <reference types="react-scripts" />` in CRA fixtures.
/// <reference types="node" />

declare module "*.css";
declare module "*.png" {
  const src: string;
  export default src;
}
declare module "*.svg" {
  import type { FunctionComponent, SVGProps } from "react";
  export const ReactComponent: FunctionComponent<SVGProps<SVGSVGElement> & { title?: string }>;
  const src: string;
  export default src;
}
declare module "*.module.css" {
  const classes: { readonly [name: string]: string };
  export default classes;
}
