//! Every version that decides something, with the date it was checked and its source. Printed by `--version -v`.

use crate::VersionFact;

/// The first `@clerk/react` whose `publishableKey` takes `undefined`.
pub(crate) const CLERK_REACT_OPTIONAL_KEY: &str = "6.12.11";

/// The first convex whose React client has the interface that `ConvexProviderWithClerk` takes.
pub(crate) const CONVEX_FLOOR: &str = "1.0.0";

/// The first convex that sees sessions of Clerk's integration reliably.
pub(crate) const CONVEX_INTEGRATION: &str = "1.42.2";

/// The first convex with the type `AuthConfig`.
pub(crate) const CONVEX_AUTH_CONFIG_TYPE: &str = "1.27.5";

/// The first `@clerk/react` that a convex from 1.36.1 on takes beside it.
pub(crate) const CLERK_REACT_FOR_CONVEX: &str = "6.4.3";

/// The `@clerk/react` that an older one is raised to: the first whose key may be undefined.
pub(crate) const CLERK_REACT_ASKED: &str = CLERK_REACT_OPTIONAL_KEY;

/// The first `@clerk/clerk-react` whose `useAuth` gives the claims by which convex tells Clerk's integration.
pub(crate) const CLERK_CORE2_CLAIMS: &str = "5.27.0";

/// The `@clerk/clerk-react` that an older one is raised to.
pub(crate) const CLERK_CORE2_ASKED: &str = "5.61.11";

/// The first `@clerk/nextjs` of its line that is built on such a `@clerk/clerk-react`.
pub(crate) const CLERK_NEXTJS_CLAIMS: &str = "6.14.3";

/// The `@clerk/nextjs` that an older one is raised to.
pub(crate) const CLERK_NEXTJS_ASKED: &str = "6.39.8";

/// Clerk's packages with the version from which on each works with convex as it is raised, and the one that older ones are raised to.
pub(crate) const CLERK_FLOORS: &[(&str, &str, &str)] = &[
    ("@clerk/clerk-expo", CLERK_EXPO_CLAIMS, CLERK_EXPO_CORE2_ASKED),
    ("@clerk/react", CLERK_REACT_FOR_CONVEX, CLERK_REACT_ASKED),
    ("@clerk/clerk-react", CLERK_CORE2_CLAIMS, CLERK_CORE2_ASKED),
    ("@clerk/nextjs", CLERK_NEXTJS_CLAIMS, CLERK_NEXTJS_ASKED),
];

/// The first TypeScript that takes in no types of packages unless `types` names them.
pub(crate) const TYPESCRIPT_WITHOUT_TYPES: &str = "6.0.0-0";

/// The range in which `@types/node` is asked for.
pub(crate) const TYPES_NODE: &str = "^22.0.0";

/// The range in which `@clerk/react` is asked for.
pub(crate) const CLERK_REACT: &str = "^6.18.0";

/// The range in which `@clerk/clerk-react` is asked for.
pub(crate) const CLERK_CORE2: &str = "^5.61.11";

/// The range in which `@clerk/nextjs` is asked for.
pub(crate) const CLERK_NEXTJS: &str = "^7.9.17";

/// The Next.js versions that it takes.
pub(crate) const CLERK_NEXTJS_PEER: &str =
    "^15.2.8 || ^15.3.8 || ^15.4.10 || ^15.5.9 || ^15.6.0-0 || ^16.0.10 || ^16.1.0-0";

/// The range in which `@clerk/nextjs` of Core 2 is asked for.
pub(crate) const CLERK_NEXTJS_CORE2: &str = "^6.39.8";

/// The Next.js versions that it is asked for beside; it takes 16 as well, where the newer line is the one to have.
pub(crate) const CLERK_NEXTJS_CORE2_PEER: &str = "^13.5.7 || ^14.2.25 || ^15.2.3";

/// The range in which `@clerk/tanstack-react-start` is asked for.
pub(crate) const CLERK_START: &str = "^1.5.15";
/// The versions of TanStack Start that it takes.
pub(crate) const CLERK_START_PEER: &str = ">=1.167.17 <2.0.0";
/// The range in which `@clerk/tanstack-react-start` of Core 2 is asked for.
pub(crate) const CLERK_START_CORE2: &str = "^0.29.15";
/// The versions of TanStack Start that it is asked for beside.
pub(crate) const CLERK_START_CORE2_PEER: &str = ">=1.157.0 <1.167.17";
/// The first TanStack Start that checks where calls of server functions come from, as long as there is no start file.
pub(crate) const START_CSRF: &str = "1.168.0";

/// The range in which `@clerk/react-router` is asked for.
pub(crate) const CLERK_REACT_ROUTER: &str = "^3.6.24";
/// The React Router versions that it takes.
pub(crate) const CLERK_REACT_ROUTER_PEER: &str = "^7.9.0 || ^8.3.0";

/// The range in which `@clerk/react-router` of Core 2 is kept.
pub(crate) const CLERK_REACT_ROUTER_CORE2: &str = "^2.4.17";
/// The React Router versions that it takes.
pub(crate) const CLERK_REACT_ROUTER_CORE2_PEER: &str = "^7.9.0";

/// The range in which `@clerk/expo` is asked for, and the SDKs of Expo that it takes.
pub(crate) const CLERK_EXPO: &str = "^4.6.6";
/// The SDKs of Expo that it takes.
pub(crate) const CLERK_EXPO_PEER: &str = ">=54.0.0 <58.0.0";
/// The range in which `@clerk/expo` is asked for beside SDK 53.
pub(crate) const CLERK_EXPO_3: &str = "^3.7.8";
/// The SDKs of Expo that it is asked for beside; it takes later ones as well, where the newer line is the one to have.
pub(crate) const CLERK_EXPO_3_PEER: &str = ">=53.0.0 <54.0.0";
/// The range in which `@clerk/clerk-expo` of Core 2 is asked for.
pub(crate) const CLERK_EXPO_CORE2: &str = "^2.20.1";
/// The first of its line that is built on a `@clerk/clerk-react` whose `useAuth` gives the claims.
pub(crate) const CLERK_EXPO_CLAIMS: &str = "2.10.0";
/// The version that an older one is raised to.
pub(crate) const CLERK_EXPO_CORE2_ASKED: &str = "2.20.1";
/// The SDKs of Expo that it is asked for beside: those with React Native 0.73 and later.
pub(crate) const CLERK_EXPO_CORE2_PEER: &str = ">=50.0.0 <53.0.0";
/// The React versions that Clerk's packages for Expo take.
pub(crate) const CLERK_EXPO_REACT: &str = "^18.0.0 || ^19.0.0";

/// The SDKs of Expo with the ranges of the modules that Clerk's packages lean on, as each SDK bundles them: secure-store, auth-session,
/// web-browser.
pub(crate) const EXPO_MODULES: &[(u64, [&str; 3])] = &[
    (50, ["~12.8.1", "~5.4.0", "~12.8.2"]),
    (51, ["~13.0.2", "~5.5.2", "~13.0.3"]),
    (52, ["~14.0.1", "~6.0.3", "~14.0.2"]),
    (53, ["~14.2.4", "~6.2.1", "~14.2.0"]),
    (54, ["~15.0.8", "~7.0.11", "~15.0.11"]),
    (55, ["~55.0.18", "~55.0.18", "~55.0.20"]),
    (56, ["~56.0.4", "~56.0.19", "~56.0.6"]),
    (57, ["~57.0.4", "~57.0.17", "~57.0.3"]),
];

/// The first Next.js that calls its middleware a proxy.
pub(crate) const NEXT_PROXY: &str = "16.0.0-0";

/// The React versions that Clerk's React packages of both lines take.
pub(crate) const CLERK_REACT_PEER: &str = "^18.0.0 || ~19.0.3 || ~19.1.4 || ~19.2.3 || ~19.3.0-0";

/// The facts.
pub(crate) const FACTS: &[VersionFact] = &[
    VersionFact {
        package: "@clerk/nextjs",
        version: CLERK_NEXTJS,
        meaning: "what is asked for beside Next.js in `^15.2.8 || ^15.3.8 || ^15.4.10 || ^15.5.9 || ^15.6.0-0 || ^16.0.10 || ^16.1.0-0`",
        checked: "2026-11-25",
        source: "the package's peer range on npm",
    },
    VersionFact {
        package: "@clerk/nextjs",
        version: CLERK_NEXTJS_CORE2,
        meaning: "what is asked for beside Next.js in `^13.5.7 || ^14.2.25 || ^15.2.3`, where the newer line does not take it",
        checked: "2026-11-25",
        source: "the package's peer range on npm",
    },
    VersionFact {
        package: "@clerk/nextjs",
        version: CLERK_NEXTJS_CLAIMS,
        meaning: "the first of its line that is built on such a @clerk/clerk-react; lines before 6 are refused",
        checked: "2026-11-25",
        source: "the packages' dependencies on npm",
    },
    VersionFact {
        package: "@clerk/tanstack-react-start",
        version: CLERK_START,
        meaning: "what is asked for beside TanStack Start from 1.167.17 on",
        checked: "2026-11-26",
        source: "the package's peer range on npm",
    },
    VersionFact {
        package: "@clerk/tanstack-react-start",
        version: CLERK_START_CORE2,
        meaning: "what is asked for beside TanStack Start 1.157 to 1.167.16; older ones have no createStart and are refused",
        checked: "2026-11-26",
        source: "the package's peer range on npm; compiled and built with 1.157.18",
    },
    VersionFact {
        package: "@tanstack/react-start",
        version: START_CSRF,
        meaning: "from here on an app without a start file checks where calls of server functions come from; a file that is made keeps the check",
        checked: "2026-11-26",
        source: "a built server: a call from another site is answered with 403 without the file, and with 200 with one that has no such check",
    },
    VersionFact {
        package: "@clerk/react-router",
        version: CLERK_REACT_ROUTER,
        meaning: "what is asked for beside react-router in `^7.9.0 || ^8.3.0`; other versions are refused",
        checked: "2026-11-26",
        source: "the package's peer range on npm",
    },
    VersionFact {
        package: "@clerk/expo",
        version: CLERK_EXPO,
        meaning: "what is asked for in an Expo app of SDK 54 to 57",
        checked: "2026-11-26",
        source: "the package's peer range on npm",
    },
    VersionFact {
        package: "@clerk/expo",
        version: CLERK_EXPO_3,
        meaning: "what is asked for in an Expo app of SDK 53",
        checked: "2026-11-26",
        source: "the package's peer range on npm",
    },
    VersionFact {
        package: "@clerk/clerk-expo",
        version: CLERK_EXPO_CORE2,
        meaning: "what is asked for in an Expo app of SDK 50 to 52, with expo-auth-session and expo-web-browser, which it takes in",
        checked: "2026-11-26",
        source: "the packages' peer ranges on npm",
    },
    VersionFact {
        package: "@clerk/clerk-expo",
        version: CLERK_EXPO_CLAIMS,
        meaning: "the first of its line that is built on such a @clerk/clerk-react",
        checked: "2026-11-26",
        source: "the packages' dependencies on npm",
    },
    VersionFact {
        package: "expo-secure-store",
        version: "~57.0.4",
        meaning: "what SDK 57 bundles; for each SDK from 50 on the range that it bundles is asked for",
        checked: "2026-11-26",
        source: "bundledNativeModules.json of each expo on npm",
    },
    VersionFact {
        package: "next",
        version: NEXT_PROXY,
        meaning: "from here on proxy.ts is what middleware.ts was; both at once fail the build",
        checked: "2026-11-25",
        source: "https://nextjs.org/docs/app/api-reference/file-conventions/proxy",
    },
    VersionFact {
        package: "@clerk/react",
        version: CLERK_REACT_OPTIONAL_KEY,
        meaning: "from here on publishableKey may be undefined; before, and in @clerk/clerk-react 5, it is a string",
        checked: "2026-11-23",
        source: "the packages' type declarations on npm",
    },
    VersionFact {
        package: "react",
        version: CLERK_REACT_PEER,
        meaning: "what Clerk's React packages take; npm refuses to install them beside another version",
        checked: "2026-11-23",
        source: "the packages' peer ranges on npm",
    },
    VersionFact {
        package: "@clerk/react",
        version: "6.18.0",
        meaning: "the version that fixtures are type-checked against",
        checked: "2026-11-23",
        source: "npm",
    },
    VersionFact {
        package: "@clerk/clerk-react",
        version: "5.61.11",
        meaning: "the Core 2 version that fixtures are type-checked against",
        checked: "2026-11-23",
        source: "npm",
    },
    VersionFact {
        package: "@clerk/react",
        version: CLERK_REACT_FOR_CONVEX,
        meaning: "from here on convex 1.36.1 and later take it beside them",
        checked: "2026-11-23",
        source: "convex's peer ranges on npm",
    },
    VersionFact {
        package: "@clerk/clerk-react",
        version: CLERK_CORE2_CLAIMS,
        meaning: "from here on useAuth gives the claims by which convex tells Clerk's integration from a JWT template",
        checked: "2026-11-23",
        source: "the package's code on npm",
    },
    VersionFact {
        package: "convex",
        version: CONVEX_AUTH_CONFIG_TYPE,
        meaning: "from here on convex/server has the type AuthConfig",
        checked: "2026-11-23",
        source: "the package's type declarations on npm",
    },
    VersionFact {
        package: "typescript",
        version: TYPESCRIPT_WITHOUT_TYPES,
        meaning: "from here on no types of packages are taken in unless `types` names them",
        checked: "2026-11-24",
        source: "compiled with 5.9.3 and 7.0.2",
    },
    VersionFact {
        package: "@types/node",
        version: TYPES_NODE,
        meaning: "what auth.config.ts is type-checked with, where the project has none",
        checked: "2026-11-24",
        source: "npm",
    },
    VersionFact {
        package: "convex",
        version: CONVEX_FLOOR,
        meaning: "below, an app is refused",
        checked: "2026-11-23",
        source: "https://docs.convex.dev/",
    },
    VersionFact {
        package: "convex",
        version: CONVEX_INTEGRATION,
        meaning: "from here on sessions of Clerk's integration are seen reliably; up to 1.32 only the JWT template is known",
        checked: "2026-11-23",
        source: "the changelog of convex",
    },
    VersionFact {
        package: "convex",
        version: "1.48.0",
        meaning: "the version that fixtures are type-checked against",
        checked: "2026-11-23",
        source: "npm",
    },
];
