// Stand-in for @clerk/clerk-expo (Core 2): no `Show`.
import { withTokenCache } from "./clerk-expo.js";

export const { ClerkProvider, useAuth, useUser, useClerk, SignedIn, SignedOut, Protect, ClerkLoaded, ClerkLoading } = withTokenCache("@clerk/clerk-expo");
