import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: "https://verb-noun-00.clerk.accounts.dev", applicationID: "convex" }],
} satisfies AuthConfig;
