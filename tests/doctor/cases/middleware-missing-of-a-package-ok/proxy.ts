export { default } from "@acme/session/proxy";
