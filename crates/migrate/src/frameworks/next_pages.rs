//! Next.js with the Pages Router.
//!
//! Guides: <https://docs.convex.dev/auth/clerk> and <https://clerk.com/docs/pages/getting-started/quickstart>.
//!
//! ```tsx
//! // pages/_app.tsx
//! <ClerkProvider {...pageProps}>
//!   <ConvexProviderWithClerk client={convex} useAuth={useAuth}>
//!     <Component {...pageProps} />
//!   </ConvexProviderWithClerk>
//! </ClerkProvider>
//! ```

use std::sync::Arc;

use super::{Evidence, Framework, WEB_GATES};
use crate::graph::modules::Modules;
use crate::graph::roots::{self, Begin, ClerkPlace, Given, PageData, Rendered, Root, Route};
use crate::graph::sources::FileId;
use crate::next;
use crate::workspace::{App, Workspace};

/// Next.js with a `pages` folder and no routes in `app`.
pub(crate) const FRAMEWORK: Framework = Framework {
    id: "next-pages",
    summary: "Next.js with the Pages Router.",
    text: "An app with `next` among its dependencies and pages in `pages/` or `src/pages/`.\n\nWhat `_app` renders gets `ClerkProvider`, with the \
           `pageProps` that hold the session of a page rendered on the server, around `ConvexProviderWithClerk`. `clerkMiddleware()` runs in \
           proxy.ts, or before Next.js 16 in middleware.ts; a handler that is there becomes its callback.\n\nGuides: \
           https://docs.convex.dev/auth/clerk and https://clerk.com/docs/pages/getting-started/quickstart\n",
    guide: "https://docs.convex.dev/auth/clerk",
    quickstart: "https://clerk.com/docs/pages/getting-started/quickstart",
    evidence: Evidence {
        dependencies: &["next"],
        files: &["next.config"],
        below: &["pages", "src/pages"],
        stems: &["_app", "index"],
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

pub(super) fn begin<'a>(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let apart = roots::in_browser(workspace, app, modules).roots.into_iter();
    let apart = apart.map(|root| Root { place: ClerkPlace::Nowhere, ..root }).collect();
    let begin = Begin { roots: apart, ..Begin::default() };
    next::beside(app, modules).and(pages(workspace, app, modules)).and(begin)
}

/// The pages: each is the `Component` that `_app` is given.
pub(super) fn pages<'a>(workspace: &Workspace, app: &App<'_>, modules: &Modules<'a>) -> Begin<'a> {
    let Some(folder) = next::folder(workspace, app, "pages") else { return Begin::default() };
    let mut begin = Begin::default();
    let (mut apps, mut components): (Vec<FileId>, Vec<FileId>) = Default::default();
    let endings = next::endings(workspace, app);
    for file in modules.sources.ids() {
        let path = modules.sources.path(file).as_str();
        let Some((folders, stem)) = next::parts(path, &folder, &endings) else { continue };
        begin.whole.push(file);
        match (folders.first(), stem) {
            (None, "_app") => apps.push(file),
            (None, "_document") | (Some(&"api"), _) => {}
            _ => components.push(file),
        }
    }
    let route = |file: FileId, props| Rendered::Route(Arc::new(Route { props, is_page: true, ..Route::of(file) }));
    let given: Vec<_> = components.iter().map(|file| ("Component", Given::Component(*file))).collect();
    let shell = apps.iter().map(|file| Root {
        file: *file,
        what: route(*file, given.clone()),
        place: ClerkPlace::AroundPage(PageData::PageProps),
    });
    // Without `_app` each page stands for itself, and nothing is around them all.
    let alone = components.iter().filter(|_| apps.is_empty()).map(|file| Root {
        file: *file,
        what: route(*file, Vec::new()),
        place: ClerkPlace::Nowhere,
    });
    begin.roots = shell.chain(alone).collect();
    begin.unread = next::unread_route(workspace, app, "pages");
    begin
}
