import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: "https://clerk.acme.dev", applicationID: "convex" }],
} satisfies AuthConfig;
