// The sound app, and the controls: each breaks one thing, and has to fail at that step of the story for that reason.
import { HOST } from "./clerk/instance.mjs";

const ISSUER = { CLERK_JWT_ISSUER_DOMAIN: `https://${HOST}` };
const OTHER_ISSUER = { CLERK_JWT_ISSUER_DOMAIN: "https://other-noun-11.clerk.accounts.dev" };

/**
 * `deployment`: variables of the Convex deployment; `tokens`: what Clerk makes tokens of; `before` and `after` change the app as its author has it and
 * as it is migrated; `isPlain`: it is not migrated; `fails`: at which step, for what reason, and what it must never have shown.
 */
export function casesOf(framework) {
  return [
    { name: "migrated", deployment: ISSUER },
    refusedToken("wrong issuer", { deployment: OTHER_ISSUER }, "iss is \\S+verb-noun-00\\S+, auth\\.config knows \\S+other-noun-11\\S+"),
    refusedToken("wrong aud", { tokens: { audience: "another" } }, "aud is another, auth\\.config wants convex"),
    refusedToken("expired token", { tokens: { lifetimeSeconds: -30 } }, "the token expired \\d+ s ago"),
    refusedToken("forged token", { tokens: { isForged: true } }, "no key of \\S+ made the signature"),
    { name: "ClerkProvider inside", deployment: ISSUER, ...framework.clerkInside },
    ...(framework.noMiddleware ? [{ name: "no middleware", deployment: ISSUER, ...framework.noMiddleware }] : []),
    ...(framework.limits ?? []).map((limit) => ({ deployment: ISSUER, ...limit })),
    { name: "plain app", isPlain: true, deployment: {}, fails: { step: "first visit", reason: /^tasks:list ran without an identity/ } },
  ];
}

/** Clerk signs in, and Convex does not take its token: its client says why, and gives up. */
function refusedToken(name, changes, why) {
  const reason = new RegExp(`^Convex's client gave up: .*${why}`);
  return { name, deployment: ISSUER, ...changes, fails: { step: "sign in", reason, never: "Authenticated" } };
}
