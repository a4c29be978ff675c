import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: "https://auth.acme.dev", applicationID: "convex" }],
} satisfies AuthConfig;
