import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: "https://auth.example.com", applicationID: "convex" }],
} satisfies AuthConfig;
