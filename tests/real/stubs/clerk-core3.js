// Stand-in for @clerk/react (Core 3): `Show` instead of SignedIn, SignedOut and Protect.
import { clerkPackage } from "./clerk.js";

export const {
  ClerkProvider, useAuth, useUser, useClerk, Show, ClerkLoaded, ClerkLoading, SignInButton, SignUpButton, SignOutButton, SignIn, SignUp, UserButton,
  UserProfile, UserAvatar, OrganizationSwitcher, RedirectToSignIn, RedirectToSignUp,
} = clerkPackage("@clerk/react");
