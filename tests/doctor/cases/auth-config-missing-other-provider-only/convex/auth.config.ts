import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: "https://example.auth0.com", applicationID: "abc" }],
} satisfies AuthConfig;
