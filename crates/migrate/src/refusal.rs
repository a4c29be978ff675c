//! Why an app is refused: a closed list, each with a text for `explain` and a fixture.

use change::{AppOutcome, Location};

use crate::Explanation;

macro_rules! reasons {
    ($($variant:ident $id:literal $summary:literal $text:literal)*) => {
        /// Why the wiring of an app could not be proven.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(crate) enum RefusalReason { $(#[doc = $summary] $variant,)* }

        impl RefusalReason {
            /// Every reason.
            pub(crate) const ALL: &[Self] = &[$(Self::$variant,)*];

            /// What `explain` prints.
            pub(crate) fn explanation(self) -> Explanation {
                match self { $(Self::$variant => Explanation { id: $id, summary: $summary, text: $text },)* }
            }
        }
    };
}

reasons! {
    BrokenManifest "broken-manifest"
        "The app's package.json is not valid JSON."
        "Which framework and which packages an app uses is read from its package.json. While that file can't be read, nothing can be said \
         about the app.\n\nMend the JSON at the place that is named, and run again.\n"
    ChildlessProvider "childless-provider"
        "The provider has no children."
        "`ConvexProviderWithClerk` requires children; the plain `ConvexProvider` does not. A provider without children gives Convex to \
         nobody, so the right place for the new one can't be read from the code.\n\n```tsx\n<ConvexProvider client={convex} />\n```\n\nPut \
         the provider around the part of the app that uses Convex, and run again.\n"
    ClerkElsewhere "clerk-elsewhere"
        "A ClerkProvider is not around the provider on every way down, or twice."
        "Exactly one `ClerkProvider` must stand outside `ConvexProviderWithClerk`, on every way from a root of the app down to it: two nested \
         ones throw, and none makes `useAuth` throw. Here one stands beside the provider, around it on some ways only, twice on a way, comes \
         from two packages, or is placed in a way that can't be followed: in an element that goes into a list by `push`, in a page that \
         `import.meta.glob` takes in, below a file that can't be read.\n\n```tsx\n<Shell>{/* which component Shell is, is known when the \
         app runs */}\n  <App />\n</Shell>\n```\n\nPut one `ClerkProvider` around all of the app, and run again.\n"
    ClerkInside "clerk-inside"
        "ClerkProvider stands inside ConvexProvider, in another component."
        "`ConvexProviderWithClerk` calls Clerk's `useAuth`, so `ClerkProvider` has to be outside of it. Where one component renders both, they \
         change places; here another component renders the inner one, or its tags share their lines with other code:\n\n```tsx\n\
         <ConvexProvider client={convex}>\n  <App /> {/* renders ClerkProvider */}\n```\n\nMove `ClerkProvider` out by hand, then run \
         again: the provider's own change is made for you.\n"
    ClerkTooOld "clerk-too-old"
        "The app uses a line of Clerk's package that is not kept up."
        "`@clerk/nextjs` before 6 has another middleware, another `auth()`, and a `useAuth` by which convex can't tell Clerk's integration from a \
         JWT template. Upgrade it first, then run again: https://clerk.com/docs/guides/development/upgrading/overview\n"
    ConvexTooOld "convex-too-old"
        "The app uses a convex version before 1.0."
        "`ConvexProviderWithClerk` of today takes a client that versions before 1.0 do not have. Upgrade `convex` first: \
         https://docs.convex.dev/\n"
    FrameworkVersion "framework-version"
        "The framework's version is one that Clerk's package does not take."
        "Clerk's package for Next.js takes 15.2.8 and later patches of its line 7, and 13.5.7, 14.2.25, 15.2.3 and later of its line 6; older \
         patches have a flaw by which a request gets past the middleware. The one for React Router takes 7.9 and later, and 8.3 and later; the \
         one for TanStack Start 1.167.17 and later; those for Expo the SDKs 50 to 57.\n\nUpgrade the framework to the version that is \
         named, and run again. Where none is named, Clerk's package is behind the framework: wait for it.\n"
    LoaderForm "loader-form"
        "The root's loader is in a form that rootAuthLoader can't be put around."
        "`rootAuthLoader` takes the loader of `app/root.tsx` as its callback. That has to be a function or an arrow that the file exports as \
         `loader`, or an export of another module.\n\n```ts\nexport const loader = withLogging(loadRoot);\n```\n\nA loader that says it returns an \
         interface does not fit either: rootAuthLoader wants a type with an index signature. And with a `clientLoader` in the root the page has \
         other data than the server's.\n\nWrite it as a function in the file, or compose the two by hand, and run again: \
         https://clerk.com/docs/reference/react-router/root-auth-loader\n"
    LoadContext "load-context"
        "The app gives its loaders a context of its own."
        "Clerk's middleware needs React Router's middleware, which version 7 has behind `future.v8_middleware`. With that flag `context` is a \
         RouterContextProvider, and what `getLoadContext` returns has to become one: every loader and action that reads it changes.\n\nTurn \
         the flag on first, then run again: https://reactrouter.com/how-to/middleware\n"
    MiddlewareForm "middleware-form"
        "The middleware is in a form that clerkMiddleware can't be put around."
        "In React Router's framework mode `middleware` of app/root.tsx has to be a list that the file writes out.\n\nNext.js runs one middleware. What is there becomes the callback of `clerkMiddleware`, or is called by it: a function or an arrow, \
         exported as `middleware`, `proxy` or default, or what next-intl makes.\n\n```ts\nexport { default } from \"./lib/middleware\";\n\
         ```\n\nOther calls, exports of other modules and CommonJS are not changed, and neither is a file where Next.js does not look for it, \
         or one of two.\n\nWrite it as a function in the file itself, or compose the two by hand: \
         https://clerk.com/docs/reference/nextjs/clerk-middleware\n"
    NoClient "no-client"
        "The provider has no `client` attribute."
        "`ConvexProviderWithClerk` gets the same `client` as the plain provider. It has to be written as an attribute: one that may come \
         with `{...props}` can't be proven.\n"
    NoEntry "no-entry"
        "No entry of a React app was found."
        "The package renders `ConvexProvider` but has neither an index.html nor a call of `createRoot`, `hydrateRoot` or `render` of \
         react-dom: it looks like a library that apps take their provider from. Where Clerk's provider belongs is decided in those apps.\n\nIn a Next.js \
         app: pages render the provider and there is no `_app` around them, or a tree of its own does, made with `createRoot` within a page. Put \
         the provider into `pages/_app`, or that tree into a portal, and run again.\n"
    OtherAuth "other-auth"
        "Another way to sign in is set up."
        "The app already gives Convex an identity: Convex Auth, Auth0, WorkOS AuthKit, Better Auth, Kinde, a `ConvexProviderWithAuth` of \
         its own, or tokens that it hands its client by `setAuth`. Clerk can't be added beside it; which of the two stays is a decision for a person.\n"
    OutsidePage "outside-page"
        "ConvexProvider stands around the page, where Clerk's session is not known."
        "In React Router's framework mode `ClerkProvider` gets the data of the root's loader, so it stands in the default export of \
         `app/root.tsx`. `Layout` is around that, and around `ErrorBoundary`, which has no such data; `entry.client` renders in the browser \
         only.\n\n```tsx\nexport default function App() {\n  return (\n    <ConvexProvider client={convex}>\n      <Outlet />\n    \
         </ConvexProvider>\n  );\n}\n```\n\nMove the provider there, and run again: \
         https://clerk.com/docs/react-router/getting-started/quickstart\n"
    ReactVersion "react-version"
        "React is asked for in no version that Clerk's package takes."
        "npm refuses to install Clerk's React package beside a React that its peer range excludes: 19.0.0 to 19.0.2, 19.1.0 to 19.1.3, 19.2.0 to \
         19.2.2, and what is older than 18.\n\nRaise react and react-dom first, then run again.\n"
    ServerProvider "server-provider"
        "ConvexProvider is rendered by a Server Component."
        "`ConvexProvider` needs React's context and a client that holds a connection: it works only in a client file. Here a layout, a page or \
         another file that runs on the server renders it, and can't become a client file, since it exports metadata or values, or is \
         async.\n\n```tsx\n// app/ConvexClientProvider.tsx\n\"use client\";\n```\n\nMove the provider and its client into a file of their \
         own that begins with `\"use client\"`, render that in the layout, and run again: \
         https://docs.convex.dev/client/nextjs/app-router/\n"
    SettingsForm "settings-form"
        "The framework's settings are in a form that is not changed."
        "A flag has to be set in the settings, and what they export is no object that the file writes out: it is made by a function, spread \
         from elsewhere, or comes from another module.\n\n```ts\nexport default { ...shared };\n```\n\nSet the flag that is named by hand, \
         and run again.\n"
    SeveralProviders "several-providers"
        "Providers of Convex stand inside each other, or beside each other with nothing around."
        "A plain `ConvexProvider` stands inside another one, or inside `ConvexProviderWithClerk`, and hides it from what is below. Which of the \
         two is to know who is signed in is a decision for a person: they may belong to two deployments.\n\nOr several are there at a time, and no \
         element stands around all of them that could hold the one `ClerkProvider`.\n\nRemove one, put an element around, or change them by \
         hand.\n"
    SharedClient "shared-client"
        "One client of Convex serves all requests of the server."
        "While a page is rendered on the server, its queries are sent with the token of who asked for it. That token is set on the \
         `ConvexQueryClient`, so there has to be one for each request.\n\n```ts\nconst convexQueryClient = new ConvexQueryClient(url); // at the top \
         of the file\n```\n\nMake it in the function that makes the router, and run again: \
         https://docs.convex.dev/client/tanstack/tanstack-start/\n"
    SharedFile "shared-file"
        "A file that would change is rendered by another app as well."
        "The provider of this app is in a file that another app of the repository takes in too. That one may be built with another framework, be \
         on Clerk already, or sign people in otherwise: the same file can't be right for both.\n\n```tsx\nimport { Providers } from \
         \"../../web/src/Providers\";\n```\n\nGive each app a provider of its own, and run again.\n"
    StaticExport "static-export"
        "The app is exported as files, without a server."
        "With `ssr: false` and `prerender` React Router makes pages at build time, in which Clerk's provider has no state of the session to \
         begin with.\n\nWith `output: \"export\"` Next.js makes files and nothing else. `@clerk/nextjs` brings Server Actions and a middleware, with which such a \
         build fails. Clerk's package for React, `@clerk/react`, works in the browser alone: set its `ClerkProvider` by hand, then run again; or \
         take `output` out: https://nextjs.org/docs/app/guides/static-exports#unsupported-features\n"
    UnknownFramework "unknown-framework"
        "What one of several apps is built with can't be told."
        "Either nothing tells the framework, since neither react nor react-dom is among the package's dependencies or those above it, or several \
         frameworks fit. In a run over several apps such an app is left alone, and the others go on.\n\n```json\n{ \"dependencies\": { \
         \"next\": \"16\", \"vite\": \"7\" } }  // next.config.ts, vite.config.ts and index.html side by side\n```\n\nRun again for this app \
         alone, `--app FOLDER`, and name what it is with `--framework ID`.\n"
    UnprovenForm "unproven-form"
        "ConvexProvider is used in a form that can't be followed."
        "The provider is a value in an array, goes by a constant, is chosen when the app runs, is rendered by another package of the workspace, \
         or comes through a module that is not in the repository.\n\n```tsx\nconst providers = [[ConvexProvider, { client: convex }]];\n\
         ```\n\nWrite it as an element in the app itself, imported from `convex/react`, and run again.\n"
    UnreadableFile "unreadable-file"
        "A file that mentions the providers could not be read."
        "A file of the app that mentions `ConvexProvider` or `ClerkProvider` has a syntax error, unresolved merge conflicts, Flow types, is \
         not UTF-8, or is too large or too deeply nested. What it renders is unknown, so nothing can be proven.\n\nMend the place that is \
         named, and run again.\n"
    UnsupportedFramework "unsupported-framework"
        "The framework is recognised, but not migrated."
        "The app is built with a framework whose migration is not part of this version. Nothing of it is changed.\n"
}

/// A refusal of one app.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) reason: RefusalReason,
    pub(crate) message: String,
    pub(crate) place: Option<Location>,
}

impl Refusal {
    pub(crate) fn new(reason: RefusalReason, message: impl Into<String>, place: Option<Location>) -> Self {
        Self { reason, message: message.into(), place }
    }
}

impl From<Refusal> for AppOutcome {
    fn from(refusal: Refusal) -> Self {
        Self::Refused { reason: refusal.reason.explanation().id, message: refusal.message, place: refusal.place }
    }
}
