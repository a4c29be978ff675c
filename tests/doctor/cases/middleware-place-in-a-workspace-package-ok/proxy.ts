import { sessionMiddleware } from "@acme/session/proxy";

export default sessionMiddleware();
