import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: "https://clerk.example.com", applicationID: "convex" }],
} satisfies AuthConfig;
