// Stand-in for @clerk/clerk-react (Core 2): no `Show`.
import { clerkPackage } from "./clerk.js";

export const {
  ClerkProvider, useAuth, useUser, useClerk, SignedIn, SignedOut, Protect, ClerkLoaded, ClerkLoading, SignInButton, SignUpButton, SignOutButton,
  SignIn, SignUp, UserButton, UserProfile, UserAvatar, OrganizationSwitcher, RedirectToSignIn, RedirectToSignUp,
} = clerkPackage("@clerk/clerk-react");
