import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: "https://example.com/__clerk", applicationID: "convex" }],
} satisfies AuthConfig;
