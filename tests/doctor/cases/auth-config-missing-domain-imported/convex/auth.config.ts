import { domain } from "./consts";

export default { providers: [{ domain, applicationID: "convex" }] };
