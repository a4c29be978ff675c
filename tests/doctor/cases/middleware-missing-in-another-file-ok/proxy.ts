export { default } from "./lib/session";
