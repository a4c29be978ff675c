// The sound app, and the controls: each breaks one thing, and has to fail at that step of the story for that reason.
import { HOST } from "./clerk/instance.mjs";

const ISSUER = { CLERK_JWT_ISSUER_DOMAIN: `https://${HOST}` };
const OTHER_HOST = "other-noun-11.clerk.accounts.dev";

/**
 * `deployment`: variables of the Convex deployment; `tokens`: what Clerk makes tokens of; `source` changes the migrated app; `isPlain`: it is not
 * migrated; `fails`: at which step of the story, for what reason, and what it must never have shown.
 */
export function casesOf(framework) {
  return [
    { name: "migrated", deployment: ISSUER },
    refusedToken("wrong issuer", /iss is \S+verb-noun-00\S+, auth\.config knows \S+other-noun-11\S+/, { deployment: { CLERK_JWT_ISSUER_DOMAIN: `https://${OTHER_HOST}` } }),
    refusedToken("wrong aud", /aud is another, auth\.config wants convex/, { tokens: { audience: "another" } }),
    refusedToken("expired token", /the token expired \d+ s ago/, { tokens: { lifetimeSeconds: -30 } }),
    { name: "ClerkProvider inside", deployment: ISSUER, ...framework.clerkInside },
    ...(framework.noMiddleware ? [{ name: "no middleware", deployment: ISSUER, ...framework.noMiddleware }] : []),
    { name: "plain app", isPlain: true, deployment: {}, fails: { step: "first visit", reason: /^tasks:list ran without an identity/ } },
  ];
}

/** Clerk signs in, and Convex does not take its token: its client says why, and gives up. */
function refusedToken(name, why, changes) {
  const reason = new RegExp(`^Convex's client gave up: .*${why.source}`);
  return { name, deployment: ISSUER, ...changes, fails: { step: "sign in", reason, never: "Authenticated" } };
}
