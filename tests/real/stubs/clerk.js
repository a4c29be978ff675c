// Stand-in for a Clerk React package. `from` is the package that this copy stands for.
import { cloneElement, createElement, Fragment, isValidElement, useEffect, useSyncExternalStore } from "react";
import { fail, Provider, useAbove } from "./probe.js";

const oracle = globalThis.__oracle;

export function clerkPackage(from) {
  function ClerkProvider({ publishableKey, children }) {
    const outer = useAbove("ClerkProvider");
    if (outer.length > 0) fail(`ClerkProvider of ${from} is nested in a ClerkProvider of ${outer[0].from}`);
    return createElement(Provider, { kind: "ClerkProvider", from, facts: { publishableKey } }, children);
  }

  function requireProvider(user) {
    const above = useAbove("ClerkProvider");
    if (above.length === 0) fail(`${user} of ${from} is used without a ClerkProvider above`);
    if (!above.some((provider) => provider.from === from)) {
      fail(`${user} of ${from} is used below a ClerkProvider of another package, ${above[0].from}`);
    }
    return useSyncExternalStore(oracle.subscribe, () => oracle.auth);
  }

  function useAuth() {
    const { isLoaded, isSignedIn } = requireProvider("useAuth");
    const id = (name) => (isLoaded ? (isSignedIn ? name : null) : undefined);
    return {
      isLoaded, isSignedIn: isLoaded ? isSignedIn : undefined, userId: id("user_1"), sessionId: id("sess_1"), orgId: id(null), orgRole: id(null),
      orgSlug: id(null), actor: id(null), sessionClaims: id({ aud: "convex" }), getToken: async () => (isSignedIn ? "token" : null),
      signOut: async () => {}, has: () => false,
    };
  }
  const user = { id: "user_1", firstName: "Ada", lastName: "Test", fullName: "Ada Test", username: "ada", imageUrl: "", emailAddresses: [] };
  const useUser = () => {
    const { isLoaded, isSignedIn } = requireProvider("useUser");
    return { isLoaded, isSignedIn: isLoaded ? isSignedIn : undefined, user: isLoaded ? (isSignedIn ? user : null) : undefined };
  };
  const useClerk = () => {
    const { isLoaded } = requireProvider("useClerk");
    return { loaded: isLoaded, openSignIn() {}, openSignUp() {}, openUserProfile() {}, signOut: async () => {}, addListener: () => () => {} };
  };

  const gate = (name, opens) =>
    function Gate({ children, ...props }) {
      const auth = requireProvider(name);
      return createElement(Fragment, null, opens(auth, props) ? children : props.fallback);
    };
  const signedIn = (auth) => auth.isLoaded && auth.isSignedIn;
  const signedOut = (auth) => auth.isLoaded && !auth.isSignedIn;
  const show = (auth, { when }) => (when === "signed-out" ? signedOut(auth) : signedIn(auth));

  const button = (name, label) =>
    function Button({ children }) {
      requireProvider(name);
      const marks = name === "SignInButton" ? { "data-sign-in": "" } : {};
      if (children === undefined) return createElement("button", { type: "button", ...marks }, label);
      if (Array.isArray(children)) fail(`${name} of ${from} takes one child, not ${children.length}`);
      return isValidElement(children) ? cloneElement(children, { onClick() {}, ...marks }) : createElement("button", { type: "button", ...marks }, children);
    };
  // A widget has no text, so that it doesn't change what the app itself says.
  const widget = (name) => {
    function Widget() {
      requireProvider(name);
      useEffect(() => {}, []);
      return createElement("span", { "data-clerk": name });
    }
    for (const part of ["MenuItems", "Action", "Link", "UserProfilePage", "UserProfileLink"]) Widget[part] = () => null;
    return Widget;
  };

  return {
    ClerkProvider, useAuth, useUser, useClerk,
    SignedIn: gate("SignedIn", signedIn), SignedOut: gate("SignedOut", signedOut), Protect: gate("Protect", signedIn), Show: gate("Show", show),
    ClerkLoaded: gate("ClerkLoaded", (auth) => auth.isLoaded), ClerkLoading: gate("ClerkLoading", (auth) => !auth.isLoaded),
    SignInButton: button("SignInButton", "Sign in"), SignUpButton: button("SignUpButton", "Sign up"),
    SignOutButton: button("SignOutButton", "Sign out"),
    ...Object.fromEntries(
      ["SignIn", "SignUp", "UserButton", "UserProfile", "UserAvatar", "OrganizationSwitcher", "RedirectToSignIn", "RedirectToSignUp"].map((name) => [
        name, widget(name),
      ]),
    ),
  };
}
