//! A gate as edits, made in the file as the wiring leaves it and taken back to the file as it is.
//!
//! ```tsx
//! <AuthLoading>
//!   <p>Loading…</p>
//! </AuthLoading>
//! <Unauthenticated>
//!   <SignInButton mode="modal" />
//! </Unauthenticated>
//! <Authenticated>
//!   <UserButton />
//!   <Content />
//! </Authenticated>
//! ```

use std::collections::BTreeSet;

use change::{Applicability, ChangeGroup, EditSet, GroupId, ImportedName, RelPath};
use syntax::style::Style;
use syntax::{
    Bindings, Enclosure, ExportSource, Markup, SourceFile, Tag, enclose, is_es_module, on_deep_stack, parse,
    text_attribute,
};

use super::{Carrying, Site};
use crate::access::Access;
use crate::ctx::{Ctx, Sink, Wired};
use crate::frameworks::GateForm;
use crate::future::{Future, Revised};
use crate::graph::modules::Modules;
use crate::graph::resolve::Resolver;
use crate::graph::sources::FileId;
use crate::known::CONVEX_REACT;
use crate::names::Names;
use crate::specifier::specifier;
use crate::workspace::join;

/// The names of Convex's gates.
const GATES: [&str; 3] = ["Authenticated", "AuthLoading", "Unauthenticated"];

/// Makes the groups of gates.
pub(crate) struct Writer<'a, 's> {
    pub(crate) ctx: &'s Ctx<'s>,
    pub(crate) access: &'s Access<'a>,
    pub(crate) resolver: &'s Resolver<'s>,
    pub(crate) wired: &'s Wired,
    /// Files that run on the server.
    pub(crate) server: &'s BTreeSet<FileId>,
    /// The files as the groups before leave them.
    pub(crate) future: &'s Future,
}

/// The names that a gate needs in its file.
struct GateNames {
    gate: String,
    loading: String,
    signed_out: String,
    text: String,
    sign_in: Option<String>,
    way_out: Option<String>,
}

impl Writer<'_, '_> {
    /// The group that makes a gate, under an id; `None` where it can't be made.
    pub(crate) fn group(&self, sink: &mut Sink, id: GroupId, site: &Site, carrying: Carrying) -> Option<ChangeGroup> {
        let path = self.access.modules.sources.path(site.file).clone();
        if !sink.takes(self.ctx, &path) {
            return None;
        }
        let base = sink.bases.get(&path)?.text.clone();
        let formatting = sink.formatting(self.ctx, &path);
        let app = &self.ctx.app.id;
        let mut group = ChangeGroup::new(id, vec![app.clone()], Applicability::NeedsReview, "", "");
        let shared = self.server.contains(&site.file).then(|| self.for_server(sink, &mut group)).flatten();
        let module = match (self.server.contains(&site.file), shared) {
            (false, _) => CONVEX_REACT.to_owned(),
            (true, shared) => {
                let facts = self.access.modules.sources.facts(site.file);
                specifier(self.ctx.workspace, self.resolver, facts, &path, &shared?)
            }
        };
        let untouched = Revised { edits: EditSet::default(), text: base.clone(), is_new: false };
        let revised = self.future.files.get(&path).unwrap_or(&untouched);
        let look = Look { form: self.ctx.framework.gates, sdk: &self.wired.sdk };
        let made = on_deep_stack(|| {
            let before = parse(&SourceFile::new(path.clone(), base.clone())?).ok()?;
            if !is_es_module(&before) {
                return None;
            }
            let changed = match revised.text == base {
                true => None,
                false => Some(parse(&SourceFile::new(path.clone(), revised.text.clone())?).ok()?),
            };
            let after = changed.as_ref().unwrap_or(&before);
            let bindings = Bindings::new(&before);
            let mut names = Names { path: &path, bindings: &bindings, group: &mut group, adds: true };
            let names = look.names(&mut names, &module, (site, carrying));
            let style: Style = formatting.style(after);
            enclose(after, &style, site.range, &look.enclosure(&names, site, carrying)).ok().flatten()
        })?;
        for edit in made.iter() {
            group.edit(&path, revised.before(edit)?).ok()?;
        }
        Some(group)
    }

    /// A client file that passes Convex's gates on to Server Components, which can't take them in from a package that says nothing of where
    /// it runs: one that is there, or that the group makes.
    ///
    /// <https://nextjs.org/docs/app/getting-started/server-and-client-components#third-party-components>
    fn for_server(&self, sink: &mut Sink, group: &mut ChangeGroup) -> Option<RelPath> {
        if let Some(path) = passing_on(self.access.modules) {
            return Some(path);
        }
        let sources = &self.access.modules.sources;
        let root = self.access.roots.live.iter().find(|root| self.server.contains(&root.file))?;
        let folder = sources.path(root.file).folder();
        let mut beside = self.ctx.workspace.sources_in(folder);
        let has_types = beside.any(|path| ["ts", "tsx"].contains(&path.extension()));
        let path = join(folder, if has_types { "auth-gates.ts" } else { "auth-gates.js" })?;
        if self.ctx.workspace.has_path(&path) || !self.ctx.workspace.may_write(&path) {
            return None;
        }
        let style = sink.style_of_new(self.ctx, &path);
        let (eol, quote) = (style.eol.as_str(), style.quote.as_char());
        let semicolon = if style.semicolons { ";" } else { "" };
        let pad = if style.bracket_spacing { " " } else { "" };
        let names = GATES.join(", ");
        group.create(
            &path,
            format!(
                "{quote}use client{quote}{semicolon}{eol}{eol}export {{{pad}{names}{pad}}} from {quote}{CONVEX_REACT}{quote}{semicolon}{eol}"
            ),
        );
        Some(path)
    }
}

/// How the gates of an app look.
struct Look<'a> {
    form: &'static GateForm,
    sdk: &'a str,
}

impl Look<'_> {
    fn names(&self, names: &mut Names<'_, '_>, module: &str, (site, carrying): (&Site, Carrying)) -> GateNames {
        let convex = |names: &mut Names<'_, '_>, name: &str, is_needed: bool| match is_needed {
            true => names.local_beside(module, name, &format!("Convex{name}"), None),
            false => String::new(),
        };
        let gate = convex(names, GATES[0], !site.is_gated || carrying.way_out);
        let loading = convex(names, GATES[1], carrying.loading);
        let signed_out = convex(names, GATES[2], carrying.instead);
        let text = match self.form.text {
            (name, Some(module)) if carrying.instead => {
                names.local_beside(module, name, &format!("Native{name}"), None)
            }
            (name, _) => name.to_owned(),
        };
        let mut button = |name: &str, is_needed: bool| {
            let is_given = is_needed && self.form.has_buttons;
            is_given.then(|| names.local_beside(self.sdk, name, &format!("Clerk{name}"), Some(module)))
        };
        let sign_in = button("SignInButton", carrying.instead);
        let way_out = button("UserButton", carrying.way_out);
        GateNames { gate, loading, signed_out, text, sign_in, way_out }
    }

    fn enclosure(&self, names: &GateNames, site: &Site, carrying: Carrying) -> Enclosure {
        let tag = |name: &str| Tag { name: name.to_owned(), attributes: Vec::new() };
        let line = |text: &str| Markup::Element(tag(&names.text), vec![Markup::Text(text.to_owned())]);
        let control = match &names.sign_in {
            Some(name) => {
                let attributes = vec![text_attribute("mode", "modal")];
                vec![Markup::Element(Tag { name: name.clone(), attributes }, Vec::new())]
            }
            None => vec![Markup::Comment("Your sign-in screen goes here.".to_owned()), line("Sign in to continue")],
        };
        let way_out: Vec<Markup> = names.way_out.iter().map(|name| Markup::Element(tag(name), Vec::new())).collect();
        let mut before = Vec::new();
        if carrying.loading {
            before.push(Markup::Element(tag(&names.loading), vec![line("Loading…")]));
        }
        if carrying.instead {
            before.push(Markup::Element(tag(&names.signed_out), control));
        }
        // Beside gates that are there, or that stand further in.
        if site.is_gated && !way_out.is_empty() {
            before.push(Markup::Element(tag(&names.gate), way_out.clone()));
        }
        Enclosure {
            tag: (!site.is_gated).then(|| tag(&names.gate)),
            before,
            first: if site.is_gated { Vec::new() } else { way_out },
        }
    }
}

/// The client file that passes on all of Convex's gates.
fn passing_on(modules: &Modules<'_>) -> Option<RelPath> {
    let passes = |file: &FileId| {
        let facts = modules.sources.facts(*file);
        let has = |gate: &str| {
            facts.exports.iter().any(|export| {
                let name = ImportedName::Named(gate.to_owned());
                export.name == name && export.source == ExportSource::From(CONVEX_REACT.to_owned(), name.clone())
            })
        };
        facts.directives.iter().any(|directive| directive == "use client") && GATES.iter().all(|gate| has(gate))
    };
    modules.sources.leading().find(passes).map(|file| modules.sources.path(file).clone())
}
