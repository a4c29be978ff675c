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
        name: "Next.js without routes of its own",
        evidence: Evidence {
            dependencies: &["next"],
            files: &["next.config"],
            below: &[],
            stems: &[],
            unless: &["vite.config", "rsbuild.config", "index.html"],
            is_general: false,
        },
    },
    Recognised { name: "Remix", evidence: Evidence::dependency(&["@remix-run/react", "@remix-run/node"]) },
    Recognised { name: "React Native", evidence: Evidence::dependency(&["react-native"]) },
    Recognised { name: "Astro", evidence: Evidence::dependency(&["astro"]) },
    Recognised { name: "Gatsby", evidence: Evidence::dependency(&["gatsby"]) },
    Recognised { name: "Vue", evidence: Evidence::dependency(&["vue", "nuxt"]) },
    Recognised { name: "Svelte", evidence: Evidence::dependency(&["svelte"]) },
    Recognised { name: "Solid", evidence: Evidence::dependency(&["solid-js"]) },
];
