//! Frameworks that are told apart but not migrated: an honest no, and never a React patch for a Next app.

use crate::Explanation;
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
            hoisted: &[],
        },
    },
    Recognised { name: "Remix", evidence: Evidence::dependency(&["@remix-run/react", "@remix-run/node"]) },
    Recognised {
        name: "React Native",
        evidence: Evidence::with_file(&["react-native"], &["app.json", "metro.config", "index.js"]),
    },
    Recognised { name: "Astro", evidence: Evidence::with_file(&["astro"], &["astro.config"]) },
    Recognised { name: "Gatsby", evidence: Evidence::with_file(&["gatsby"], &["gatsby-config"]) },
    Recognised { name: "Nuxt", evidence: Evidence::with_file(&["nuxt"], &["nuxt.config"]) },
    Recognised { name: "Vue", evidence: Evidence::dependency(&["vue"]) },
    Recognised { name: "Svelte", evidence: Evidence::with_file(&["svelte", "@sveltejs/kit"], &["svelte.config"]) },
    Recognised { name: "Solid", evidence: Evidence::dependency(&["solid-js"]) },
    Recognised {
        name: "Angular",
        evidence: Evidence::with_file(
            &["@angular/core"],
            &["angular.json", "src/app/app.config", "src/app/app.component"],
        ),
    },
];

/// The name of an app that is built with none: a page whose code takes in `convex/browser`.
pub(crate) const PLAIN: &str = "JavaScript without a framework";

/// The frameworks whose apps render nothing with React: what they take of Convex is not `convex/react`.
pub(crate) const WITHOUT_REACT: &[&str] = &["nuxt", "vue", "svelte", "@sveltejs/kit", "solid-js", "@angular/core"];

/// The packages by which such apps talk to Convex.
pub(crate) const CLIENTS: &[&str] =
    &["convex", "convex-vue", "@convex-vue/core", "convex-nuxt", "convex-svelte", "convex-solidjs"];

/// What is said of an app that is recognised: what was seen, why there is no patch, what a person can do, and the one page to go on with.
pub(crate) struct About {
    /// The name in [`RECOGNISED`], or [`PLAIN`].
    name: &'static str,
    /// The address.
    pub(crate) doc: &'static str,
    /// The text, under a name that `explain` knows.
    pub(crate) explanation: Explanation,
}

/// What is known of a framework by its name in reports.
pub(crate) fn about(name: &str) -> Option<&'static About> {
    ABOUT.iter().find(|about| about.name == name)
}

macro_rules! about {
    ($($name:expr, $id:literal, $doc:literal, $text:literal;)*) => {
        /// Every text, sorted by id.
        pub(crate) const ABOUT: &[About] = &[$(About {
            name: $name,
            doc: $doc,
            explanation: Explanation {
                id: $id,
                summary: concat!("Recognised, not migrated: ", $id, "."),
                text: concat!($text, "\n\n", $doc, "\n"),
            },
        },)*];
    };
}

about! {
    "Angular", "angular", "https://docs.convex.dev/client/javascript",
    "The app is built with Angular and talks to Convex by its JavaScript client. Neither Convex nor Clerk has a package for Angular, so there \
     is no wiring that could be proven. Sign people in with @clerk/clerk-js and give the client their token by `setAuth`.";
    "Astro", "astro", "https://clerk.com/docs/reference/astro/react",
    "The app renders React as islands of Astro pages. Every island is a tree of its own with a provider of its own, while Clerk's package for \
     Astro keeps the session in stores outside of React and has no ClerkProvider; no official guide puts ConvexProviderWithClerk there. Add \
     Clerk's integration, and in each island give ConvexProviderWithClerk the `useAuth` of @clerk/astro/react.";
    "Gatsby", "gatsby", "https://docs.convex.dev/auth/clerk",
    "The app is built with Gatsby, whose root is `wrapRootElement` in two files that have to agree, gatsby-browser and gatsby-ssr. Clerk keeps \
     up no package for it. Wrap the root element by hand, in both files, as the guide shows for React.";
    PLAIN, "javascript", "https://docs.convex.dev/client/javascript",
    "The page takes in convex/browser, and React is not among its dependencies: there is no provider to change. Sign people in with \
     @clerk/clerk-js and give the ConvexClient a function that gets their token, by `setAuth`.";
    "Next.js without routes of its own", "next-without-routes", "https://nextjs.org/docs/app/getting-started/project-structure",
    "The package depends on next and has neither `app` nor `pages` with a route: what is rendered where can't be read from it. If its routes \
     are made by another tool, wire Clerk by hand; if it is a library, run on the apps that take it in.";
    "Nuxt", "nuxt", "https://clerk.com/docs/nuxt/getting-started/quickstart",
    "The app is built with Nuxt: there is no React tree, and so no ConvexProvider to change. Clerk has a module for Nuxt; Convex is used \
     through a package of the community or its JavaScript client. Add the module, and give the client a token of Clerk's by `setAuth`.";
    "React Native", "react-native", "https://clerk.com/docs/expo/getting-started/quickstart",
    "The app is built with React Native without Expo. Clerk's package for native apps wants Expo's modules; for a bare app there \
     is no official guide. Add Expo's modules to the app and follow the quickstart, then wire the providers as on the web.";
    "Remix", "remix", "https://reactrouter.com/upgrading/remix",
    "The app is built with Remix 2, and Clerk's package for Remix is only maintained: Clerk asks to move to React Router, which Remix became. \
     Upgrade the app to React Router 7 first, then run again.";
    "Solid", "solid", "https://docs.convex.dev/client/javascript",
    "The app is built with Solid: there is no React tree, and so no ConvexProvider to change. Neither Convex nor Clerk has an official package \
     for Solid. Sign people in with @clerk/clerk-js and give the Convex client their token by `setAuth`.";
    "Svelte", "svelte", "https://docs.convex.dev/client/svelte/authentication",
    "The app is built with Svelte or SvelteKit: there is no React tree, and so no ConvexProvider to change. convex-svelte takes tokens of any \
     provider through `setupAuth`. Sign people in with Clerk and hand over the token there; auth.config is the same as for React.";
    "Vue", "vue", "https://clerk.com/docs/vue/getting-started/quickstart",
    "The app is built with Vue: there is no React tree, and so no ConvexProvider to change. Clerk has a package for Vue; Convex is used through \
     a package of the community or its JavaScript client. Add Clerk's plugin, and give the client a token of Clerk's by `setAuth`.";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_of_what_is_recognised_and_sorted() {
        for about in ABOUT {
            assert!(about.name == PLAIN || RECOGNISED.iter().any(|known| known.name == about.name), "{}", about.name);
            assert!(about.doc.starts_with("https://") && about.explanation.text.contains(about.doc));
        }
        assert!(ABOUT.iter().map(|about| about.explanation.id).is_sorted());
    }
}
