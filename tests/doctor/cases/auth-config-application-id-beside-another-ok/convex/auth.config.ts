import type { AuthConfig } from "convex/server";

export default {
  providers: [
    { domain: "https://example.auth0.com", applicationID: "abc" },
    { domain: process.env.CLERK_JWT_ISSUER_DOMAIN!, applicationID: "convex" },
  ],
} satisfies AuthConfig;
