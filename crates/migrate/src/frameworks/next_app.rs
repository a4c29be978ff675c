//! Next.js with the App Router.
//!
//! Guides: <https://docs.convex.dev/auth/clerk> and <https://clerk.com/docs/nextjs/getting-started/quickstart>.
//!
//! ```tsx
//! // app/layout.tsx, which stays a Server Component
//! <html lang="en">
//!   <body>
//!     <ClerkProvider>
//!       <ConvexClientProvider>{children}</ConvexClientProvider>
//!     </ClerkProvider>
//!   </body>
//! </html>
//!
//! // app/ConvexClientProvider.tsx, a client file
//! <ConvexProviderWithClerk client={convex} useAuth={useAuth}>
//!   {children}
//! </ConvexProviderWithClerk>
//! ```

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Evidence, Framework, WEB_GATES, next_pages};
use crate::boundary::is_client;
use crate::graph::modules::Modules;
use crate::graph::roots::{self, Begin, ClerkPlace, Given, Rendered, Root, Route};
use crate::graph::sources::FileId;
use crate::next;
use crate::workspace::{App, Workspace};

/// Next.js with an `app` folder, be there one of pages beside it or not.
pub(crate) const FRAMEWORK: Framework = Framework {
    id: "next-app",
    summary: "Next.js with the App Router.",
    text: "An app with `next` among its dependencies and routes in `app/` or `src/app/`; routes in `pages/` beside them are handled as well.\n\n\
           The client file that renders `ConvexProvider` gets `ConvexProviderWithClerk`; `ClerkProvider` goes into the root layout, inside \
           `<body>`, around what leads to Convex. The layout stays a Server Component. `clerkMiddleware()` runs in proxy.ts, or before Next.js 16 \
           in middleware.ts; a handler that is there becomes its callback.\n\nGuides: https://docs.convex.dev/auth/clerk and \
           https://clerk.com/docs/nextjs/getting-started/quickstart\n",
    guide: "https://docs.convex.dev/auth/clerk",
    quickstart: "https://clerk.com/docs/nextjs/getting-started/quickstart",
    evidence: Evidence {
        dependencies: &["next"],
        files: &["next.config"],
        below: &["app", "src/app"],
        stems: &["layout", "page"],
        unless: &["vite.config", "index.html"],
        is_general: false,
        hoisted: &[],
    },
    sdk: next::SDK,
    env: next::ENV,
    key: next::KEY,
    extras: &[],
    secret: |_, _| next::SECRET,
    installer: None,
    in_dashboard: None,
    gates: &WEB_GATES,
    roots: begin,
    inner: None,
    rules: next::RULES,
    server: Some(&next::SERVER),
    checks: next::CHECKS,
};

/// Files that are shown inside a segment's layout, one at a time.
const SHOWN: [&str; 7] = ["page", "default", "loading", "error", "not-found", "forbidden", "unauthorized"];
/// Those of them that are shown in the place of a page.
const STAND_INS: [&str; 3] = ["default", "loading", "error"];
/// Files that are shown instead of everything.
const INSTEAD: [&str; 2] = ["global-error", "global-not-found"];
/// The files of routes that render nothing.
const ROUTE: &str = "route";

/// The files of a segment, and the segments in it.
#[derive(Default)]
struct Segment<'a> {
    files: BTreeMap<&'a str, Vec<FileId>>,
    segments: BTreeMap<&'a str, Segment<'a>>,
}

fn begin<'a>(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let Some(folder) = next::folder(workspace, app, "app") else { return next_pages::begin(workspace, app, modules) };
    let mut top = Segment::default();
    let mut begin = Begin::default();
    let endings = next::endings(workspace, app);
    for file in modules.sources.ids() {
        let path = modules.sources.path(file).as_str();
        let Some((folders, stem)) = next::parts(path, &folder, &endings) else { continue };
        let is_known = |names: &[&str]| names.contains(&stem);
        let is_route = is_known(&SHOWN)
            || is_known(&INSTEAD)
            || is_known(&next::METADATA_ROUTES)
            || is_known(&["layout", "template", ROUTE]);
        // `_components` is private.
        if !is_route || folders.iter().any(|folder| folder.starts_with('_')) {
            continue;
        }
        begin.whole.push(file);
        if !is_client(modules.sources.facts(file)) {
            begin.server.push(file);
        }
        let segment = folders.iter().fold(&mut top, |segment, name| segment.segments.entry(*name).or_default());
        segment.files.entry(stem).or_default().push(file);
    }
    let instead = INSTEAD.iter().flat_map(|stem| top.files.get(stem).into_iter().flatten());
    let instead = instead.map(|file| Arc::new(Route::of(*file)));
    let shown = top.shown();
    let place = ClerkPlace::InBody { only: next::caches_components(workspace, app).is_some() };
    begin.roots = shown
        .into_iter()
        .chain(instead)
        .map(|route| Root { file: route.file, what: Rendered::Route(route), place })
        .collect();
    // A tree of its own within a page: `createRoot(node).render(<Widget />)`.
    let apart = roots::in_browser(workspace, app, modules).roots.into_iter();
    begin.roots.extend(apart.map(|root| Root { place: ClerkPlace::Nowhere, ..root }));
    begin.unread = next::unread_route(workspace, app, "app");
    let beside = next::beside(app, modules);
    begin.server.extend(beside.whole.iter().filter(|file| !is_client(modules.sources.facts(**file))));
    begin.and(beside).and(next_pages::pages(workspace, app, modules))
}

impl<'a> Segment<'a> {
    /// What a segment gives the layout around it, one at a time.
    fn shown(&self) -> Vec<Arc<Route<'a>>> {
        let files = |stem: &str| self.files.get(stem).into_iter().flatten().copied();
        let own = SHOWN.iter().flat_map(|stem| files(stem).map(|file| (file, STAND_INS.contains(stem))));
        let mut shown: Vec<Arc<Route<'a>>> =
            own.map(|(file, stands_in)| Arc::new(Route { stands_in, ..Route::of(file) })).collect();
        let is_slot = |name: &str| name.starts_with('@');
        let inner = self.segments.iter().filter(|(name, _)| !is_slot(name));
        shown.extend(inner.flat_map(|(_, segment)| segment.shown()));
        let slots: Vec<(&'a str, Given<'a>)> = self
            .segments
            .iter()
            .filter(|(name, _)| is_slot(name))
            .flat_map(|(name, segment)| {
                let name = name.strip_prefix('@').unwrap_or(name);
                segment.shown().into_iter().map(move |route| (name, Given::Element(route)))
            })
            .collect();
        for stem in ["template", "layout"] {
            let outer: Vec<FileId> = files(stem).collect();
            if outer.is_empty() {
                continue;
            }
            let props: Vec<_> = shown.into_iter().map(|route| ("children", Given::Element(route))).collect();
            let slots = if stem == "layout" { slots.clone() } else { Vec::new() };
            let all: Vec<_> = props.into_iter().chain(slots).collect();
            shown = outer.into_iter().map(|file| Arc::new(Route { props: all.clone(), ..Route::of(file) })).collect();
        }
        if !self.files.contains_key("layout") {
            shown.extend(slots.into_iter().filter_map(|(_, given)| match given {
                Given::Element(route) => Some(route),
                Given::Component(_) => None,
            }));
        }
        shown
    }
}
