import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: process.env.IS_PROD ? process.env.CLERK_PROD! : process.env.CLERK_DEV!, applicationID: "convex" }],
} satisfies AuthConfig;
