import type { AuthConfig } from "convex/server";

export default {
  providers: [{ domain: process.env.CLERK_JWT_ISSUER_DOMAIN!, applicationID: "x\n::error file=a.ts::forged `" }],
} satisfies AuthConfig;
