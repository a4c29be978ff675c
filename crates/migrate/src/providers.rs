//! The providers that an app renders, and whether they are in a form that can be proven.

use change::{ImportedName, Location, RelPath, TextRange};
use syntax::{
    AttributeFact, ExportFact, ExportSource, FileFacts, ImportFact, ImportKind, Imported, JsxFact, JsxId, Reference,
    SpecifierFact, Via,
};

use crate::manifest::lowest;
use crate::refusal::{Refusal, RefusalReason};
use crate::versions::CONVEX_FLOOR;
use crate::workspace::{App, LoadedFile, Workspace, join};

/// Convex's React package.
pub(crate) const CONVEX_REACT: &str = "convex/react";
/// Convex's package for Clerk.
pub(crate) const CONVEX_REACT_CLERK: &str = "convex/react-clerk";
/// Clerk's provider, in every one of its packages.
pub(crate) const CLERK_PROVIDER: &str = "ClerkProvider";

/// Why nothing is to be done for an app that has the provider for Clerk.
pub(crate) const ON_CLERK: &str = "it is on Clerk already";
/// Why nothing is to be done for an app without a provider.
pub(crate) const NO_PROVIDER: &str = "it renders no ConvexProvider";

const CONVEX_PROVIDER: &str = "ConvexProvider";

/// Whether a module is one of Clerk's.
pub(crate) fn is_clerk_module(module: &str) -> bool {
    module.starts_with("@clerk/")
}

/// Other ways to give Convex an identity: a module (and those below it), the export that shows its use (all of them where none is named),
/// and whose it is. The most telling first: Convex Auth may be handed to a `ConvexProviderWithAuth`.
const OTHER_AUTH: &[(&str, Option<&str>, &str)] = &[
    ("@convex-dev/auth", None, "Convex Auth"),
    ("@convex-dev/better-auth", None, "Better Auth"),
    ("@convex-dev/workos", None, "WorkOS AuthKit"),
    ("@workos-inc/authkit-react", None, "WorkOS AuthKit"),
    ("@convex-dev/convex-lucia-auth", None, "Lucia"),
    ("convex/react-auth0", None, "Auth0"),
    ("@umuthopeyildirim/convex-kinde-auth", None, "Kinde"),
    ("convex/react", Some("ConvexProviderWithAuth"), "an identity provider of its own"),
];

/// An element and the file it is in.
#[derive(Clone, Copy)]
pub(crate) struct Element<'a> {
    pub(crate) path: &'a RelPath,
    pub(crate) file: &'a LoadedFile,
    pub(crate) facts: &'a FileFacts,
    pub(crate) id: JsxId,
    pub(crate) fact: &'a JsxFact,
}

impl Element<'_> {
    fn place(&self) -> Location {
        Location { path: self.path.clone(), range: self.fact.opening }
    }
}

/// The providers of one app.
pub(crate) struct Survey<'a> {
    workspace: &'a Workspace,
    app: &'a App<'a>,
    plain: Vec<Element<'a>>,
    with_clerk: Vec<Element<'a>>,
    clerk: Vec<Element<'a>>,
}

impl<'a> Survey<'a> {
    /// Finds the providers of an app.
    ///
    /// # Errors
    /// A refusal where a file that mentions them can't be read, or another auth provider is set up.
    pub(crate) fn new(workspace: &'a Workspace, app: &'a App<'a>) -> Result<Self, Refusal> {
        if let Some((path, failure)) = app.files.iter().find_map(|(path, file)| {
            let failure = file.facts.as_ref().err().filter(|_| file.mentions_providers)?;
            Some((*path, failure))
        }) {
            let place = Location { path: path.clone(), range: failure.range };
            let message = format!("a file that mentions the providers could not be read: {}", failure.message);
            return Err(Refusal::new(RefusalReason::UnreadableFile, message, Some(place)));
        }
        if let Some((path, failure)) =
            workspace.unread.iter().find(|(path, _)| workspace.package_of(path) == Some(app.id.folder()))
        {
            let message = format!("a part of the app could not be read: {}", failure.message);
            return Err(Refusal::new(RefusalReason::UnreadableFile, message, Some(Location::file(path.clone()))));
        }
        let find = |fits: &dyn Fn(&Reference) -> bool| -> Vec<Element<'a>> {
            let read = app.files.iter().filter_map(|(path, file)| Some((*path, *file, &**file.facts.as_ref().ok()?)));
            let elements = read.flat_map(|(path, file, facts)| {
                facts.elements_with_ids().map(move |(id, fact)| Element { path, file, facts, id, fact })
            });
            elements.filter(|element| fits(&element.fact.tag)).collect()
        };
        let survey = Self {
            workspace,
            app,
            plain: find(&|tag| tag.is(&[CONVEX_REACT], CONVEX_PROVIDER)),
            with_clerk: find(&|tag| tag.is(&[CONVEX_REACT_CLERK], "ConvexProviderWithClerk")),
            clerk: find(&|tag| matches!(tag, Reference::Imported(imported) if is_clerk_provider(imported))),
        };
        // What is left of another auth provider in an app that is on Clerk is for doctor, not a reason against anything here.
        if survey.with_clerk.is_empty() || !survey.plain.is_empty() {
            survey.no_other_auth()?;
            survey.is_recent()?;
        }
        Ok(survey)
    }

    /// The provider for Clerk that the app renders.
    pub(crate) fn on_clerk(&self) -> Option<Element<'a>> {
        self.with_clerk.first().copied()
    }

    /// Whether nothing of the app has to do with Convex's provider, in whatever form.
    pub(crate) fn has_no_provider(&self) -> bool {
        self.plain.is_empty() && self.unproven_form().is_none()
    }

    fn is_recent(&self) -> Result<(), Refusal> {
        let convex = self.app.dependency("convex").and_then(lowest);
        if let (Some(convex), Some(floor)) = (convex, lowest(CONVEX_FLOOR))
            && convex < floor
        {
            let message = format!("convex {convex} is older than {floor}");
            let place = join(self.app.id.folder(), "package.json").map(Location::file);
            return Err(Refusal::new(RefusalReason::ConvexTooOld, message, place));
        }
        Ok(())
    }

    /// The one plain provider of the app; `None` where it renders none.
    ///
    /// # Errors
    /// A refusal where there are several, or it has a form that can't be proven.
    pub(crate) fn plain_provider(&self) -> Result<Option<Element<'a>>, Refusal> {
        let refuse = |reason, message: &str, place| Err(Refusal::new(reason, message, Some(place)));
        if let Some((place, message)) = self.unproven_form() {
            return refuse(RefusalReason::UnprovenForm, message, place);
        }
        let Some(provider) = self.plain.first() else { return Ok(None) };
        if let Some(second) = self.plain.get(1) {
            let message = format!("{} plain ConvexProviders are rendered; this is the second", self.plain.len());
            return refuse(RefusalReason::SeveralProviders, &message, second.place());
        }
        if let Some(with_clerk) = self.with_clerk.first() {
            let message = "ConvexProvider and ConvexProviderWithClerk are both rendered";
            return refuse(RefusalReason::SeveralProviders, message, with_clerk.place());
        }
        if !self.has_entry() {
            let message = "the package renders ConvexProvider, but no root of a React app";
            return refuse(RefusalReason::NoEntry, message, provider.place());
        }
        let named =
            |name: &str| provider.fact.attributes.iter().any(|attribute| attribute.name.as_deref() == Some(name));
        if named("key") {
            let message = "ConvexProvider has a `key`: it is rendered in a list, or made anew on purpose";
            return refuse(RefusalReason::UnprovenForm, message, provider.place());
        }
        if !named("client") {
            let message = match provider.fact.attributes.iter().find(|attribute| is_spread(attribute)) {
                Some(_) => "`client` comes, if at all, with a spread that can't be followed",
                None => "ConvexProvider has no `client`",
            };
            return refuse(RefusalReason::NoClient, message, provider.place());
        }
        if !provider.fact.has_children && !named("children") {
            let message = "ConvexProvider has no children; ConvexProviderWithClerk requires them";
            return refuse(RefusalReason::ChildlessProvider, message, provider.place());
        }
        Ok(Some(*provider))
    }

    /// The package of the ClerkProvider around `provider`; `None` where one has to be put there.
    ///
    /// # Errors
    /// A refusal where a ClerkProvider stands inside, or elsewhere in the app.
    pub(crate) fn clerk_above(&self, provider: &Element<'a>) -> Result<Option<String>, Refusal> {
        let refuse = |reason, message: &str, place| Err(Refusal::new(reason, message, Some(place)));
        let mut above = None;
        for clerk in &self.clerk {
            let same_file = clerk.path == provider.path;
            let is_around = same_file && clerk.facts.ancestors(provider.id).any(|(id, _)| id == clerk.id);
            if is_around && above.is_none() {
                above = match &clerk.fact.tag {
                    Reference::Imported(imported) => Some(imported.module.clone()),
                    _ => None,
                };
            } else if same_file && provider.fact.range.covers(clerk.fact.range) {
                let message = "ClerkProvider stands inside ConvexProvider; it has to be outside";
                return refuse(RefusalReason::ClerkInside, message, clerk.place());
            } else {
                let message =
                    format!("a ClerkProvider is rendered here, away from ConvexProvider in {}", provider.path);
                return refuse(RefusalReason::ClerkElsewhere, &message, clerk.place());
            }
        }
        if let Some((path, range)) = self.value_of(&is_clerk_provider) {
            let place = Location { path: path.clone(), range };
            return refuse(RefusalReason::ClerkElsewhere, "ClerkProvider is used as a value here", place);
        }
        Ok(above)
    }

    fn no_other_auth(&self) -> Result<(), Refusal> {
        for (module, name, title) in OTHER_AUTH {
            for (path, facts) in self.app.facts() {
                let is_below = |import: &str| {
                    import.strip_prefix(module).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
                };
                let shows = |import: &&ImportFact| {
                    let mut values = import.specifiers.iter().filter(|specifier| !specifier.type_only);
                    match name {
                        Some(name) => {
                            import.module == *module
                                && values.any(|s| s.name == ImportedName::Named((*name).to_owned()))
                        }
                        None => is_below(&import.module) && values.next().is_some(),
                    }
                };
                if let Some(import) = facts.imports.iter().find(shows) {
                    let place = Location { path: path.clone(), range: import.range };
                    let message = format!("the app signs people in with {title}");
                    return Err(Refusal::new(RefusalReason::OtherAuth, message, Some(place)));
                }
            }
        }
        Ok(())
    }

    /// A use of the provider that is no plain element: the change could miss it.
    fn unproven_form(&self) -> Option<(Location, &'static str)> {
        let place = |path: &RelPath, range: TextRange| Location { path: path.clone(), range };
        let is_plain = |imported: &Imported| imported.is(&[CONVEX_REACT], CONVEX_PROVIDER);
        if let Some((path, range)) = self.value_of(&is_plain) {
            return Some((place(path, range), "ConvexProvider is used as a value here, not as an element"));
        }
        let by_require = |element: &&Element<'_>| matches!(&element.fact.tag, Reference::Imported(imported) if imported.via != Via::Import);
        if let Some(element) = self.plain.iter().find(by_require) {
            return Some((element.place(), "ConvexProvider comes from `require` or through another name"));
        }
        if let Some((path, range)) = self.through_another_module() {
            return Some((place(path, range), "ConvexProvider comes through another module"));
        }
        let (path, range) = self.out_of_sight()?;
        Some((place(path, range), "convex/react is loaded in a way that can't be followed to ConvexProvider"))
    }

    /// An element whose tag may be Convex's provider, exported once more by a module of the app or of another package.
    fn through_another_module(&self) -> Option<(&'a RelPath, TextRange)> {
        let reexports: Vec<(&RelPath, ImportedName)> = self
            .app
            .facts()
            .flat_map(|(path, facts)| reexported(facts).into_iter().map(move |name| (path, name)))
            .collect();
        self.app.facts().find_map(|(path, facts)| {
            let element = facts.elements.iter().find(|element| match &element.tag {
                Reference::Imported(imported) if imported.module != CONVEX_REACT => {
                    let has_client = element.attributes.iter().any(|a| a.name.as_deref() == Some("client"));
                    let named = matches!(&imported.export, ImportedName::Named(name) if name == CONVEX_PROVIDER);
                    let again = |(at, name): &(&RelPath, ImportedName)| {
                        *name == imported.export && may_be(&imported.module, at)
                    };
                    named && has_client && is_package(&imported.module) || reexports.iter().any(again)
                }
                // `<Convex.ConvexProvider>` of `export * as Convex from "convex/react"`
                Reference::Member(name) => {
                    name == CONVEX_PROVIDER && reexports.iter().any(|(_, name)| *name == ImportedName::Namespace)
                }
                _ => false,
            })?;
            Some((path, element.opening))
        })
    }

    /// A file that takes in all of convex/react, or takes it in late, and names the provider in its code:
    /// `const { ConvexProvider } = await import("convex/react")`.
    fn out_of_sight(&self) -> Option<(&'a RelPath, TextRange)> {
        self.app.files.iter().find_map(|(path, file)| {
            let facts = file.facts.as_ref().ok()?;
            let whole = facts.imports.iter().any(|import| {
                let named = |specifier: &SpecifierFact| matches!(specifier.name, ImportedName::Named(_));
                import.module == CONVEX_REACT
                    && (import.kind != ImportKind::Static || !import.specifiers.iter().all(named))
            });
            let seen = self.plain.iter().any(|element| element.path == *path);
            file.spells_provider.filter(|_| whole && !seen).map(|range| (*path, range))
        })
    }

    /// An index.html, or a call that starts a React tree.
    fn has_entry(&self) -> bool {
        let roots = ["createRoot", "hydrateRoot", "render", "hydrate"];
        let starts = |facts: &FileFacts, callee: &Reference| match callee {
            Reference::Imported(imported) => {
                imported.module.starts_with("react-dom")
                    && matches!(&imported.export, ImportedName::Named(name) if roots.contains(&&**name))
            }
            // `ReactDOM.createRoot(…)` of a default import
            Reference::Member(name) => {
                roots.contains(&&**name) && facts.imports.iter().any(|import| import.module.starts_with("react-dom"))
            }
            _ => false,
        };
        self.workspace.has_any(self.app.id.folder(), &["index.html", "public/index.html", "src/index.html"]).is_some()
            || self.app.facts().any(|(_, facts)| facts.calls.iter().any(|call| starts(facts, &call.callee)))
    }

    fn value_of(&self, fits: &dyn Fn(&Imported) -> bool) -> Option<(&'a RelPath, TextRange)> {
        self.app.facts().find_map(|(path, facts)| {
            let value = facts.values.iter().find(|value| fits(&value.imported))?;
            Some((path, value.range))
        })
    }
}

fn is_clerk_provider(imported: &Imported) -> bool {
    is_clerk_module(&imported.module) && matches!(&imported.export, ImportedName::Named(name) if name == CLERK_PROVIDER)
}

fn is_spread(attribute: &AttributeFact) -> bool {
    attribute.name.is_none()
}

/// The names under which a file exports Convex's provider once more; `Namespace` for all of convex/react as one.
fn reexported(facts: &FileFacts) -> Vec<ImportedName> {
    let plain = ImportedName::Named(CONVEX_PROVIDER.to_owned());
    let imported = facts.imports.iter().filter(|import| import.module == CONVEX_REACT).flat_map(|i| &i.specifiers);
    let locals: Vec<(&str, &ImportedName)> = imported.map(|s| (&*s.local, &s.name)).collect();
    let exported = |export: &ExportFact| match &export.source {
        ExportSource::From(module, of) if module == CONVEX_REACT && *of == plain => Some(export.name.clone()),
        ExportSource::From(module, ImportedName::Namespace) if module == CONVEX_REACT => Some(ImportedName::Namespace),
        ExportSource::All(module) if module == CONVEX_REACT => Some(plain.clone()),
        ExportSource::Local(local) => {
            let (_, name) = locals.iter().find(|(known, _)| *known == local.as_str())?;
            match name {
                ImportedName::Namespace => Some(ImportedName::Namespace),
                name if **name == plain => Some(export.name.clone()),
                _ => None,
            }
        }
        _ => None,
    };
    facts.exports.iter().filter_map(exported).collect()
}

/// Whether a specifier may lead to the file at `path`: `./lib`, `@/lib` and `../src/lib.ts` to src/lib.ts or src/lib/index.ts. A package may
/// lead anywhere.
fn may_be(module: &str, path: &RelPath) -> bool {
    let stem = |name: &str| name.split('.').next().unwrap_or_default().to_owned();
    let last = module.rsplit('/').next().unwrap_or_default();
    let file = stem(path.file_name());
    let folder = path.folder().rsplit('/').next().unwrap_or_default();
    stem(last) == file || (file == "index" && last == folder) || last.chars().all(|c| c == '.') || is_package(module)
}

/// Whether a specifier names a package: not a relative path, not one of the usual aliases of the app's own folders.
fn is_package(module: &str) -> bool {
    !module.starts_with(['.', '/', '~', '#']) && !module.starts_with("@/")
}
