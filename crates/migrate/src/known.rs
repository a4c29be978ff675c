//! The providers that a migration looks for, by the packages they are from.

use change::ImportedName;

/// Convex's React package.
pub(crate) const CONVEX_REACT: &str = "convex/react";
/// Convex's package for Clerk.
pub(crate) const CONVEX_REACT_CLERK: &str = "convex/react-clerk";
/// Convex's own provider.
pub(crate) const CONVEX_PROVIDER: &str = "ConvexProvider";
/// Convex's provider for Clerk.
pub(crate) const CONVEX_PROVIDER_WITH_CLERK: &str = "ConvexProviderWithClerk";
/// Clerk's provider, in every one of its packages.
pub(crate) const CLERK_PROVIDER: &str = "ClerkProvider";

/// What a provider is to the migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Provider {
    /// Convex's own.
    Plain,
    /// Convex's for Clerk.
    WithClerk,
    /// Clerk's.
    Clerk,
    /// No provider: what shows or hides by who is signed in.
    Gate(Gate),
}

/// What shows or hides by who is signed in, and what signs in and out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Gate {
    /// Convex's, once it sees a session.
    Authenticated,
    /// Convex's, where there is none.
    Unauthenticated,
    /// Convex's, while that is not known.
    AuthLoading,
    /// Clerk's own: `SignedIn`, `Show`. Convex may not see the session yet.
    ByClerk,
    /// A way in: `SignInButton`, `SignIn`.
    SignIn,
}

/// Whether a module is one of Clerk's.
pub(crate) fn is_clerk_module(module: &str) -> bool {
    module.starts_with("@clerk/")
}

/// Whether a module may have a ClerkProvider: not the texts and looks that are often taken in late.
pub(crate) fn may_have_provider(module: &str) -> bool {
    let without = ["@clerk/localizations", "@clerk/themes", "@clerk/types", "@clerk/testing", "@clerk/backend"];
    is_clerk_module(module) && !without.iter().any(|name| module.starts_with(name))
}

/// What an export of a package is to the migration.
pub(crate) fn provider(module: &str, export: &ImportedName) -> Option<Provider> {
    let ImportedName::Named(name) = export else { return None };
    match name.as_str() {
        CONVEX_PROVIDER if module == CONVEX_REACT => Some(Provider::Plain),
        CONVEX_PROVIDER_WITH_CLERK if module == CONVEX_REACT_CLERK => Some(Provider::WithClerk),
        // Some entry points of Clerk's packages have it under another name.
        CLERK_PROVIDER | "InternalClerkProvider" if is_clerk_module(module) => Some(Provider::Clerk),
        _ => None,
    }
}

/// What an export of a package is where it is about gates: providers, and what shows or hides by who is signed in.
pub(crate) fn provider_or_gate(module: &str, export: &ImportedName) -> Option<Provider> {
    let ImportedName::Named(name) = export else { return None };
    let gate = match name.as_str() {
        "Authenticated" if module == CONVEX_REACT => Gate::Authenticated,
        "Unauthenticated" if module == CONVEX_REACT => Gate::Unauthenticated,
        "AuthLoading" if module == CONVEX_REACT => Gate::AuthLoading,
        "SignedIn" | "Show" | "Protect" if is_clerk_module(module) => Gate::ByClerk,
        "SignInButton" | "SignIn" | "RedirectToSignIn" if is_clerk_module(module) => Gate::SignIn,
        _ => return provider(module, export),
    };
    Some(Provider::Gate(gate))
}

/// The same as [`is_marked`] for a walk that looks for gates, and has to see each route.
pub(crate) fn is_marked_or_gate(module: &str, export: &ImportedName) -> bool {
    let is_route = matches!(export, ImportedName::Named(name) if name == "Route");
    is_route || is_marked(module, export) || provider_or_gate(module, export).is_some()
}

/// Whether an export of a package shows the routes within the one that renders it: `<Outlet />` of every router, and the navigators of
/// expo-router.
///
/// <https://docs.expo.dev/router/basics/layout/>
pub(crate) fn is_outlet(module: &str, export: &ImportedName) -> bool {
    let navigators = ["Slot", "Stack", "Tabs", "Drawer", "NativeTabs", "TabSlot", "SplitView", "Navigator"];
    let is_router = module == "expo-router" || module.starts_with("expo-router/");
    match export {
        ImportedName::Named(name) if name == "Outlet" => true,
        ImportedName::Named(name) => is_router && navigators.contains(&name.as_str()),
        ImportedName::Default | ImportedName::Namespace => is_router && module != "expo-router",
    }
}

/// Whether a walk has to see an export of a package, or a package taken in as a whole: providers, and where a router shows its children.
pub(crate) fn is_marked(module: &str, export: &ImportedName) -> bool {
    match export {
        _ if is_outlet(module, export) => true,
        ImportedName::Named(_) => provider(module, export).is_some(),
        ImportedName::Namespace | ImportedName::Default => {
            is_clerk_module(module) || [CONVEX_REACT, CONVEX_REACT_CLERK].contains(&module)
        }
    }
}

/// Other ways to give Convex an identity: a module (and those below it), the export that shows its use (all of them where none is named),
/// and whose it is. The most telling first: Convex Auth may be handed to a `ConvexProviderWithAuth`.
pub(crate) const OTHER_AUTH: &[(&str, Option<&str>, &str)] = &[
    ("@convex-dev/auth", None, "Convex Auth"),
    ("@convex-dev/better-auth", None, "Better Auth"),
    ("@convex-dev/workos", None, "WorkOS AuthKit"),
    ("@workos-inc/authkit-react", None, "WorkOS AuthKit"),
    ("@convex-dev/convex-lucia-auth", None, "Lucia"),
    ("convex/react-auth0", None, "Auth0"),
    ("@umuthopeyildirim/convex-kinde-auth", None, "Kinde"),
    (CONVEX_REACT, Some("ConvexProviderWithAuth"), "an identity provider of its own"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packages_that_may_have_a_provider() {
        assert!(["@clerk/react", "@clerk/clerk-react", "@clerk/react/internal"].into_iter().all(may_have_provider));
        assert!(!["@clerk/localizations", "@clerk/themes", "clerk", "@acme/clerk"].into_iter().any(may_have_provider));
    }
}
