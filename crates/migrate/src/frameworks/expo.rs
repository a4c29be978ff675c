//! Expo, with expo-router or with an `App` of its own.
//!
//! Guides: <https://docs.convex.dev/auth/clerk> and <https://clerk.com/docs/expo/getting-started/quickstart>.
//!
//! ```tsx
//! // app/_layout.tsx
//! const publishableKey = process.env.EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY!;
//!
//! if (!publishableKey) {
//!   throw new Error("EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY is not set");
//! }
//!
//! export default function RootLayout() {
//!   return (
//!     <ClerkProvider publishableKey={publishableKey} tokenCache={tokenCache}>
//!       <ConvexProviderWithClerk client={convex} useAuth={useAuth}>
//!         <Stack />
//!       </ConvexProviderWithClerk>
//!     </ClerkProvider>
//!   );
//! }
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{EnvConvention, Evidence, Extra, Framework, GateForm, InDashboard, KeySource, Sdk, SdkLine};
use crate::graph::modules::Modules;
use crate::graph::roots::{self, Begin, ClerkPlace, Rendered, Root, Route};
use crate::graph::sources::FileId;
use crate::rules::{
    auth_gates, convex_auth_config, env_names, expo_modules, package_versions, plain_convex_provider, token_cache,
};
use crate::versions;
use crate::workspace::{App, Workspace, join};

/// Expo.
pub(crate) const FRAMEWORK: Framework = Framework {
    id: "expo",
    summary: "Expo, with expo-router or without.",
    text: "An app with `expo` among its dependencies: the `_layout` files of expo-router in `app/` or `src/app/`, or the component that \
           `registerRootComponent` is given.\n\nThe file that renders `ConvexProvider` gets `ConvexProviderWithClerk` inside `ClerkProvider`, with \
           the publishable key from a constant that is checked as the app starts, and with Clerk's token cache, without which a restart \
           signs everybody out. app.json gets the config plugins. Clerk's package and expo-secure-store are asked for in the versions that \
           go with the SDK.\n\nGuides: https://docs.convex.dev/auth/clerk and https://clerk.com/docs/expo/getting-started/quickstart\n",
    guide: "https://docs.convex.dev/auth/clerk",
    quickstart: "https://clerk.com/docs/expo/getting-started/quickstart",
    evidence: Evidence {
        files: &["app.json", "app.config"],
        // A page that is built with Vite may depend on expo for its types.
        unless: &["vite.config", "index.html"],
        ..Evidence::with_file(&["expo"], &["app.json", "app.config"])
    },
    sdk: Sdk {
        lines: &[
            line("@clerk/expo", versions::CLERK_EXPO, versions::CLERK_EXPO_PEER, false),
            line("@clerk/expo", versions::CLERK_EXPO_3, versions::CLERK_EXPO_3_PEER, false),
            line("@clerk/clerk-expo", versions::CLERK_EXPO_CORE2, versions::CLERK_EXPO_CORE2_PEER, true),
        ],
    },
    env: &[EnvConvention {
        dependency: "expo",
        objects: &["process.env"],
        prefixes: &["EXPO_PUBLIC_"],
        is_given: true,
        source: "https://docs.expo.dev/guides/environment-variables/",
    }],
    key: KeySource::Constant,
    extras: &[Extra { name: "tokenCache", below: "/token-cache", other: "clerkTokenCache" }],
    secret: |_, _| None,
    installer: Some("npx expo install"),
    in_dashboard: Some(InDashboard {
        id: "enable-native-api",
        title: "Enable the Native API for the application: without it a device can't sign in.",
        page: "https://dashboard.clerk.com/~/native-applications",
    }),
    gates: &GateForm { text: ("Text", Some("react-native")), has_buttons: false },
    roots: begin,
    inner: None,
    rules: &[
        &plain_convex_provider::RULE,
        &package_versions::RULE,
        &expo_modules::RULE,
        &convex_auth_config::RULE,
        &env_names::RULE,
        &auth_gates::RULE,
    ],
    server: None,
    checks: &[&token_cache::RULE],
};

const fn line(package: &'static str, range: &'static str, sdks: &'static str, is_core2: bool) -> SdkLine {
    let host = Some(("expo", sdks));
    SdkLine { package, range, is_core2, optional_key_from: None, host, react: versions::CLERK_EXPO_REACT }
}

/// The files of a folder of routes, and the folders in it.
#[derive(Default)]
struct Folder<'a> {
    layouts: Vec<FileId>,
    pages: Vec<FileId>,
    folders: BTreeMap<&'a str, Folder<'a>>,
}

fn begin<'a>(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let mut registered = roots::in_browser(workspace, app, modules);
    // `createRoot(document.getElementById("root")!).render(<Admin />)` is a page of another bundler: Clerk's package for Expo is none for it.
    for root in &mut registered.roots {
        let call = match root.what {
            Rendered::Argument(call, _) => modules.sources.facts(root.file).flow.call(call),
            _ => None,
        };
        if call.is_some_and(|call| roots::registered(modules, root.file, call).is_none()) {
            root.place = ClerkPlace::Nowhere;
        }
    }
    // A bundle for one platform takes these in instead of what an import names.
    let variants = modules.sources.ids().flat_map(|file| modules.sources.variants(file));
    registered.whole.extend(variants);
    let router = routes(workspace, app).filter(|_| app.declares("expo-router"));
    let Some(router) = router else {
        return if registered.roots.is_empty() { main(app, modules) } else { registered };
    };
    let mut top = Folder::default();
    let mut begin = Begin::default();
    for file in modules.sources.ids() {
        let path = modules.sources.path(file).as_str();
        let below = path.strip_prefix(&router).and_then(|path| path.strip_prefix('/'));
        let Some((folders, name)) = below.map(|below| below.rsplit_once('/').unwrap_or(("", below))) else { continue };
        let stem = name.split('.').next().unwrap_or_default();
        begin.whole.push(file);
        // `hello+api.ts` runs on a server, `+html.tsx` makes the page around the app, `+native-intent.ts` renders nothing.
        if stem.ends_with("+api") || ["+html", "+native-intent", "+middleware"].contains(&stem) {
            continue;
        }
        let steps = folders.split('/').filter(|step| !step.is_empty());
        let folder = steps.fold(&mut top, |folder, step| folder.folders.entry(step).or_default());
        if stem == "_layout" { folder.layouts.push(file) } else { folder.pages.push(file) }
    }
    let shown = top.shown().into_iter();
    begin.roots = shown.map(|route| Root { file: route.file, what: Rendered::Route(route), place: PLACE }).collect();
    registered.and(begin)
}

/// Around Convex, wherever that is: in native code nothing stands around the app.
const PLACE: ClerkPlace = ClerkPlace::AroundConvex;

/// The folder of expo-router's routes.
///
/// <https://docs.expo.dev/router/reference/src-directory/>
fn routes(workspace: &Workspace, app: &App<'_>) -> Option<String> {
    let paths = ["app", "src/app"].iter().filter_map(|below| join(app.id.folder(), below));
    paths.into_iter().find(|path| workspace.is_folder(path)).map(|path| path.to_string())
}

/// What Expo renders where no file says so: the default export of `App`.
///
/// <https://docs.expo.dev/versions/latest/sdk/expo/#registerrootcomponentcomponent>
fn main<'a>(app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let is_app = |file: &FileId| {
        let path = modules.sources.path(*file);
        path.folder() == app.id.folder() && path.file_name().split('.').next() == Some("App")
    };
    let files = modules.sources.ids().filter(is_app);
    let root = |file| Root { file, what: Rendered::Route(Arc::new(Route::of(file))), place: PLACE };
    Begin { roots: files.map(root).collect(), ..Begin::default() }
}

impl<'a> Folder<'a> {
    /// What a folder gives the layout around it, one at a time.
    fn shown(&self) -> Vec<Arc<Route<'a>>> {
        let inner = self.folders.values().flat_map(|folder| folder.shown());
        let shown: Vec<_> = self.pages.iter().map(|file| Arc::new(Route::of(*file))).chain(inner).collect();
        if self.layouts.is_empty() {
            return shown;
        }
        let layouts = self.layouts.iter();
        layouts.map(|file| Arc::new(Route { outlet: shown.clone(), ..Route::of(*file) })).collect()
    }
}
