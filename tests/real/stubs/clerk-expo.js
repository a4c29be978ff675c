// Stand-in for @clerk/expo: without a token cache nobody stays signed in on a phone.
import { createElement } from "react";
import { clerkPackage } from "./clerk.js";
import { fail } from "./probe.js";

export function withTokenCache(from) {
  const { ClerkProvider: Plain, ...others } = clerkPackage(from);
  function ClerkProvider({ tokenCache, ...props }) {
    if (typeof tokenCache?.getToken !== "function") fail(`ClerkProvider of ${from} got no token cache`);
    return createElement(Plain, props);
  }
  return { ClerkProvider, ...others };
}

export const { ClerkProvider, useAuth, useUser, useClerk, Show, ClerkLoaded, ClerkLoading } = withTokenCache("@clerk/expo");
