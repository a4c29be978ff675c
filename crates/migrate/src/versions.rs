//! Every version that decides something, with the date it was checked and its source. Printed by `--version -v`.

use crate::VersionFact;

/// The first `@clerk/react` whose `publishableKey` takes `undefined`.
pub(crate) const CLERK_REACT_OPTIONAL_KEY: &str = "6.12.11";

/// The first convex whose React client has the interface that `ConvexProviderWithClerk` takes.
pub(crate) const CONVEX_FLOOR: &str = "1.0.0";

/// The first convex that sees sessions of Clerk's integration reliably.
pub(crate) const CONVEX_INTEGRATION: &str = "1.42.2";

/// The React versions that Clerk's React packages of both lines take.
pub(crate) const CLERK_REACT_PEER: &str = "^18.0.0 || ~19.0.3 || ~19.1.4 || ~19.2.3 || ~19.3.0-0";

/// The facts.
pub(crate) const FACTS: &[VersionFact] = &[
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
