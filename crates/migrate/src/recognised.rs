//! Frameworks that are told apart but not migrated: an honest no, and never a React patch for a Next app.

use crate::frameworks::Evidence;

/// A framework that is recognised.
pub(crate) struct Recognised {
    /// Its name in reports.
    pub(crate) name: &'static str,
    /// What tells that an app is built with it.
    pub(crate) evidence: Evidence,
}

/// In order: a meta-framework's own dependency says more than the libraries it builds on.
pub(crate) const RECOGNISED: &[Recognised] = &[
    Recognised {
        name: "Next.js",
        evidence: Evidence {
            dependencies: &["next"],
            files: &["next.config", "app/layout", "src/app/layout", "pages/_app", "src/pages/_app"],
            unless: &["vite.config", "rsbuild.config", "index"],
        },
    },
    Recognised {
        name: "TanStack Start",
        evidence: Evidence { dependencies: &["@tanstack/react-start", "@tanstack/start"], files: &[], unless: &[] },
    },
    Recognised {
        name: "React Router (framework mode)",
        evidence: Evidence { dependencies: &["@react-router/dev"], files: &[], unless: &[] },
    },
    Recognised {
        name: "Remix",
        evidence: Evidence { dependencies: &["@remix-run/react", "@remix-run/node"], files: &[], unless: &[] },
    },
    Recognised { name: "Expo", evidence: Evidence { dependencies: &["expo"], files: &[], unless: &[] } },
    Recognised {
        name: "React Native",
        evidence: Evidence { dependencies: &["react-native"], files: &[], unless: &[] },
    },
    Recognised { name: "Astro", evidence: Evidence { dependencies: &["astro"], files: &[], unless: &[] } },
    Recognised { name: "Gatsby", evidence: Evidence { dependencies: &["gatsby"], files: &[], unless: &[] } },
    Recognised { name: "Vue", evidence: Evidence { dependencies: &["vue", "nuxt"], files: &[], unless: &[] } },
    Recognised { name: "Svelte", evidence: Evidence { dependencies: &["svelte"], files: &[], unless: &[] } },
    Recognised { name: "Solid", evidence: Evidence { dependencies: &["solid-js"], files: &[], unless: &[] } },
];
