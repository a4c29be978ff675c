//! React in the browser: Vite, Create React App, Rsbuild and other bundlers, with or without a router.
//!
//! Guides: <https://docs.convex.dev/auth/clerk> and <https://clerk.com/docs/react/getting-started/quickstart>.
//!
//! ```tsx
//! // before
//! <StrictMode>
//!   <ConvexProvider client={convex}>
//!     <App />
//!   </ConvexProvider>
//! </StrictMode>
//!
//! // after
//! <StrictMode>
//!   <ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}>
//!     <ConvexProviderWithClerk client={convex} useAuth={useAuth}>
//!       <App />
//!     </ConvexProviderWithClerk>
//!   </ClerkProvider>
//! </StrictMode>
//! ```

use super::{EnvConvention, Evidence, Framework, KeySource, Sdk, SdkLine, WEB_GATES};
use crate::graph::roots;
use crate::rules::{
    auth_gates, convex_auth_config, env_names, package_versions, plain_convex_provider, request_origins,
};
use crate::versions;

/// React without a framework that renders on the server.
pub(crate) const FRAMEWORK: Framework = Framework {
    id: "react",
    summary: "React in the browser: Vite, Create React App, Rsbuild and other bundlers.",
    text: "An app that renders itself in the browser with react-dom, with or without a router.\n\n\
           The file that renders `ConvexProvider` gets `ConvexProviderWithClerk` inside `ClerkProvider`, both from the guide's packages; \
           the publishable key is read the way the app reads its Convex URL.\n\nGuide: https://docs.convex.dev/auth/clerk\n",
    guide: "https://docs.convex.dev/auth/clerk",
    quickstart: "https://clerk.com/docs/react/getting-started/quickstart",
    evidence: Evidence::library(&["react-dom", "react"]),
    sdk: Sdk {
        lines: &[
            SdkLine {
                package: "@clerk/react",
                range: versions::CLERK_REACT,
                is_core2: false,
                optional_key_from: Some(versions::CLERK_REACT_OPTIONAL_KEY),
                host: None,
                react: versions::CLERK_REACT_PEER,
            },
            SdkLine {
                package: "@clerk/clerk-react",
                range: versions::CLERK_CORE2,
                is_core2: true,
                // All of them want a string.
                optional_key_from: Some("6.0.0"),
                host: None,
                react: versions::CLERK_REACT_PEER,
            },
        ],
    },
    key: KeySource::Attribute,
    extras: &[],
    secret: |_, _| None,
    installer: None,
    in_dashboard: None,
    gates: &WEB_GATES,
    roots: roots::in_browser,
    inner: None,
    // A tool before the bundlers that it is built on.
    env: &[
        EnvConvention {
            dependency: "electron-vite",
            objects: &["import.meta.env"],
            prefixes: &["RENDERER_VITE_", "VITE_"],
            is_given: true,
            source: "https://electron-vite.org/guide/env-and-mode",
        },
        EnvConvention {
            dependency: "wxt",
            objects: &["import.meta.env"],
            prefixes: &["WXT_", "VITE_"],
            is_given: true,
            source: "https://wxt.dev/guide/essentials/config/environment-variables",
        },
        EnvConvention {
            dependency: "plasmo",
            objects: &["process.env"],
            prefixes: &["PLASMO_PUBLIC_"],
            is_given: true,
            source: "https://docs.plasmo.com/framework/env",
        },
        EnvConvention {
            dependency: "vite",
            objects: &["import.meta.env"],
            prefixes: &["VITE_"],
            is_given: true,
            source: "https://vite.dev/guide/env-and-mode",
        },
        EnvConvention {
            dependency: "react-scripts",
            objects: &["process.env"],
            prefixes: &["REACT_APP_"],
            is_given: true,
            source: "https://create-react-app.dev/docs/adding-custom-environment-variables/",
        },
        EnvConvention {
            dependency: "@rsbuild/core",
            objects: &["import.meta.env", "process.env"],
            prefixes: &["PUBLIC_"],
            is_given: true,
            source: "https://rsbuild.rs/guide/advanced/env-vars",
        },
        // Every variable that is written as `process.env.NAME`.
        EnvConvention {
            dependency: "parcel",
            objects: &["process.env"],
            prefixes: &[""],
            is_given: true,
            source: "https://parceljs.org/features/node-emulation/",
        },
        // Only what DefinePlugin or EnvironmentPlugin name.
        EnvConvention {
            dependency: "@rspack/core",
            objects: &["process.env"],
            prefixes: &[""],
            is_given: false,
            source: "https://rspack.rs/plugins/webpack/environment-plugin",
        },
        EnvConvention {
            dependency: "webpack",
            objects: &["process.env"],
            prefixes: &[""],
            is_given: false,
            source: "https://webpack.js.org/plugins/environment-plugin/",
        },
        // Only what `env` of `[serve.static]` in bunfig.toml names.
        EnvConvention {
            dependency: "@types/bun",
            objects: &["process.env"],
            prefixes: &["PUBLIC_", "BUN_PUBLIC_"],
            is_given: false,
            source: "https://bun.com/docs/bundler/fullstack",
        },
    ],
    // The wiring first: the others add to its group.
    rules: &[
        &plain_convex_provider::RULE,
        &package_versions::RULE,
        &convex_auth_config::RULE,
        &env_names::RULE,
        &request_origins::RULE,
        &auth_gates::RULE,
    ],
    server: None,
    checks: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_convention_names_its_source() {
        for convention in FRAMEWORK.env {
            assert!(convention.source.starts_with("https://"), "{}", convention.dependency);
            assert!(convention.prefixes.iter().all(|prefix| prefix.is_empty() || prefix.ends_with('_')));
        }
    }
}
