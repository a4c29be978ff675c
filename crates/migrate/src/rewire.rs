//! The change of an app's providers as edits.

use std::collections::{BTreeMap, BTreeSet};

use change::{
    Applicability, Base, ChangeGroup, EditSet, GroupId, ImportChange, ImportedName, Location, RelPath, TextEdit,
    TextRange, edits_between,
};
use syntax::style::Style;
use syntax::{
    Attribute, Bindings, CallRewrite, ElementRewrite, Expression, FileFacts, ImportFact, ImportKind, ParsedModule,
    Property, SourceFile, SourceKind, SpecifierFact, Tag, Value, Via, after_imports, attribute, env_member,
    governs_next_line, has_own_lines, identifier, is_es_module, non_null, parse, restyled, rewrite_call,
    rewrite_element,
};

use crate::ctx::Ctx;
use crate::frameworks::{Extra, KeySource, SdkLine};
use crate::graph::render::Place;
use crate::graph::roots::{ClerkPlace, PageData};
use crate::graph::sources::FileId;
use crate::key::{KeyRead, key_read};
use crate::known::{
    CLERK_PROVIDER, CONVEX_PROVIDER, CONVEX_PROVIDER_WITH_CLERK, CONVEX_REACT, CONVEX_REACT_CLERK, Provider,
};
use crate::language::TypeScript;
use crate::load;
use crate::manifest::lowest;
use crate::names::Names;
use crate::page_data::page_data;
use crate::refusal::{Refusal, RefusalReason};
use crate::router_context::router_context;
use crate::sdk::line_of;
use crate::survey::Survey;
use crate::tsconfig;
use crate::wiring::Targets;

/// Everything that decides what the wiring of one app becomes.
pub(crate) struct Rewiring<'a> {
    pub(crate) survey: &'a Survey<'a>,
    pub(crate) targets: Targets,
    /// Clerk's package: the one whose ClerkProvider is there, else the framework's.
    pub(crate) sdk: String,
    /// The line of packages that the app gets, if it has none.
    pub(crate) line: &'static SdkLine,
    pub(crate) key: KeyRead,
    key_needs_string: bool,
    /// Whether a person names the key's variable, so that no package finds it by itself.
    is_named: bool,
    /// How the package gets the key, and what else ClerkProvider is given.
    source: KeySource,
    extras: &'static [Extra],
    /// Whether `undefined` is no value for an optional attribute.
    is_exact: bool,
    /// Whether Clerk's package allows one ClerkProvider at a time, wherever it stands.
    is_core2: bool,
}

impl<'a> Rewiring<'a> {
    /// # Errors
    /// A refusal where no version of Clerk's package takes the framework's.
    pub(crate) fn new(ctx: &Ctx<'_>, survey: &'a Survey<'a>, targets: Targets) -> Result<Self, Refusal> {
        let line = line_of(ctx)?;
        let range = ctx.app.dependency(line.package);
        let optional = line.optional_key_from.and_then(lowest);
        let old = range.and_then(lowest).zip(optional).is_some_and(|(lowest, first)| lowest < first);
        let first = targets.wraps.keys().next().or(targets.swaps.first());
        let sdk = targets.sdk.clone().unwrap_or_else(|| line.package.to_owned());
        let key = key_read(ctx, first.map(|place| survey.path(place.0)));
        // The package of a ClerkProvider that is there says more than what is asked for.
        let own = ctx.framework.sdk.lines.iter().find(|own| own.package == sdk);
        let is_core2 = if line.package == sdk { line.is_core2 } else { own.is_some_and(|own| own.is_core2) };
        let wants_string = is_core2 && line.optional_key_from.is_some();
        let is_exact = tsconfig::exact_optional_property_types(ctx);
        let key_needs_string = wants_string || old || is_exact;
        let is_named = ctx.options.publishable_key_env.is_some();
        let (source, extras) = (ctx.framework.key, ctx.framework.extras);
        Ok(Self { survey, targets, sdk, line, key, key_needs_string, is_named, source, extras, is_exact, is_core2 })
    }

    /// The files that change, as they are.
    ///
    /// # Errors
    /// A refusal where one can't be read any more.
    pub(crate) fn bases(&self) -> Result<BTreeMap<RelPath, Base>, Refusal> {
        let files: BTreeSet<FileId> = self.places().map(|place| place.0).collect();
        let read = files.into_iter().map(|file| {
            let path = self.survey.path(file);
            let base = load::base(self.survey.workspace, path)
                .filter(|base| FileFacts::content_hash(&base.text) == self.survey.modules.sources.facts(file).hash);
            match base {
                Some(base) => Ok((path.clone(), base)),
                None => Err(Refusal::new(
                    RefusalReason::UnreadableFile,
                    "the file changed while it was read",
                    Some(Location::file(path.clone())),
                )),
            }
        });
        read.collect()
    }

    fn places(&self) -> impl Iterator<Item = Place> {
        let all = self.targets.swaps.iter().chain(self.targets.wraps.keys());
        all.chain(self.targets.adds.keys().filter(|place| !self.targets.wraps.contains_key(place))).copied()
    }

    /// Whether the ClerkProvider around a plain provider comes and goes with a condition.
    pub(crate) fn is_conditional(&self, place: Place) -> bool {
        let is_branch = self.survey.jsx(place).is_some_and(|fact| fact.is_conditional);
        self.targets.wraps.contains_key(&place) && (is_branch || self.passes_on_without(place))
    }

    /// Whether the component around a provider has another way out that shows what it is given without one.
    ///
    /// `if (!client) return <>{children}</>;`
    fn passes_on_without(&self, place: Place) -> bool {
        let facts = self.survey.modules.sources.facts(place.0);
        let Some(range) = self.survey.range(place) else { return false };
        let around = facts.flow.functions.iter().filter(|function| function.range.covers(range));
        let Some(function) = around.min_by_key(|function| function.range.len()) else { return false };
        function.returns.iter().any(|value| passes_children_on(facts, value, range, 0))
    }

    /// The group: tags renamed and wrapped, imports asked for.
    ///
    /// # Errors
    /// A refusal where an edit can't be made.
    pub(crate) fn group(&self, bases: &BTreeMap<RelPath, Base>, language: &TypeScript) -> Result<ChangeGroup, Refusal> {
        let app = &self.survey.app.id;
        let mut group = ChangeGroup::new(
            GroupId::new("wiring", app),
            vec![app.clone()],
            Applicability::NeedsReview,
            "Give Convex the Clerk session: ConvexProviderWithClerk inside ClerkProvider",
            "Convex validates a session only through ConvexProviderWithClerk, which needs Clerk's useAuth from outside; the app needs a \
             publishable key afterwards.",
        );
        self.one_at_a_time()?;
        let files: BTreeSet<FileId> = self.places().map(|place| place.0).collect();
        for file in files {
            let path = self.survey.path(file);
            let Some(base) = bases.get(path) else { continue };
            self.file(&mut group, file, base, language)?;
        }
        Ok(group)
    }

    /// Refuses ClerkProviders of Core 2 that could be there at the same time: it counts all of a page, under whatever roots.
    fn one_at_a_time(&self) -> Result<(), Refusal> {
        let graph = &self.survey.graph;
        let mut pages = BTreeMap::new();
        let mut ways = BTreeSet::new();
        for sighting in graph.sightings.iter().filter(|_| self.is_core2) {
            let trail: Vec<Place> = sighting.trail.iter().chain([&sighting.place]).copied().collect();
            let is_wrapped = |place: &Place| self.targets.wraps.contains_key(place);
            let there = |place: &Place| sighting.provider == Provider::Clerk && *place == sighting.place;
            let found = trail.iter().position(|place| is_wrapped(place) || there(place));
            let (Some(at), Some(root)) = (found, self.survey.roots.live.get(sighting.root)) else { continue };
            let refuse = |message: &str| {
                let location = trail.get(at).map(|place| self.survey.location(*place));
                Err(Refusal::new(RefusalReason::SeveralProviders, message, location))
            };
            if *pages.entry(root.file).or_insert(sighting.root) != sighting.root {
                return refuse(
                    "each root of the page would have a ClerkProvider, and Clerk's Core 2 package allows one at a time",
                );
            }
            if graph.is_repeated(sighting.root) {
                return refuse(
                    "what makes this root may run several times, and Clerk's Core 2 package allows one ClerkProvider at a time",
                );
            }
            // `<div>{tree}{tree}</div>`: the same way twice.
            let is_last = sighting.provider == Provider::Plain && at + 1 == trail.len();
            if is_last && !ways.insert((sighting.root, trail.clone())) {
                return refuse(
                    "this provider is there twice at a time, and Clerk's Core 2 package allows one ClerkProvider",
                );
            }
        }
        Ok(())
    }

    /// The edits of one file.
    fn file(&self, group: &mut ChangeGroup, file: FileId, base: &Base, language: &TypeScript) -> Result<(), Refusal> {
        let path = self.survey.path(file);
        let module = parsed(path, &base.text)?;
        let bindings = Bindings::new(&module);
        let style = language.formatting.get(path).map(|formatting| formatting.style(&module)).unwrap_or_default();
        let places: BTreeSet<Place> = self.places().filter(|place| place.0 == file).collect();
        let wraps = places.iter().any(|place| self.targets.wraps.contains_key(place));
        let swaps = places.iter().any(|place| self.targets.swaps.contains(place));
        let adds = places.iter().any(|place| self.targets.adds.contains_key(place));
        let required = places.iter().copied().find(|place| self.survey.via(*place) == Some(Via::Require));
        let by_require = required.filter(|_| swaps);
        let has_imports = by_require.is_none() || is_es_module(&module);
        let is_bare = self.extras.is_empty() && self.source != KeySource::Constant;
        if let (true, Some(place)) = (wraps && !has_imports && !is_bare, places.first()) {
            return Err(
                self.unproven(*place, "the file has no imports, by which what ClerkProvider is given could come")
            );
        }
        if let Some(place) = by_require {
            self.require(group, place, &module, &bindings, &style, !has_imports && wraps)?;
        }
        let mut names = Names { path, bindings: &bindings, group, adds: has_imports };
        let clerk = wraps.then(|| names.local(&self.sdk, CLERK_PROVIDER, "ClerkAuthProvider"));
        let use_auth = (swaps || adds).then(|| names.local(&self.sdk, "useAuth", "useClerkAuth"));
        let extras = self.extras.iter().filter(|_| wraps).map(|extra| {
            let local = names.local(&format!("{}{}", self.sdk, extra.below), extra.name, extra.other);
            (extra.name, local)
        });
        let extras: Vec<(&str, String)> = extras.collect();
        let key = (wraps && self.source == KeySource::Constant).then(|| key_constant(&bindings));
        names.adds = by_require.is_none();
        let with_clerk =
            (swaps || adds).then(|| names.local(CONVEX_REACT_CLERK, CONVEX_PROVIDER_WITH_CLERK, "ConvexClerkProvider"));
        let data = page_data(self, &module, &style, &places, &mut names)?;
        let context = router_context(self, &module, &style, &places, &mut names)?;
        let client = self.client_of(&places, &context.name, &mut names);
        let local = LocalNames {
            clerk: clerk.as_deref(),
            use_auth: use_auth.as_deref(),
            with_clerk: with_clerk.as_deref(),
            key: key.as_deref(),
            extras: &extras,
            data: &data.attributes,
            client: client.as_deref(),
        };
        for place in &places {
            self.stays_governed(&module, *place)?;
        }
        self.imports_stay_governed(&module, file)?;
        let edits = match self.share_lines(&module, &places) || !context.edits.is_empty() {
            true => self.one_by_one(path, base, language, &places, (&local, &context.edits))?,
            false => self.all_at_once(&module, &style, path, &places, &local)?,
        };
        let added = edits.into_iter().try_for_each(|edit| group.edit(path, edit));
        if let (Err(conflict), Some(place)) = (added, places.first()) {
            return Err(self.unproven(*place, &format!("its edits clash: {conflict}")));
        }
        let added = data.edits.iter().try_for_each(|edit| group.edit(path, edit.clone()));
        if let (Err(conflict), Some(place)) = (added, places.first()) {
            return Err(self.unproven(*place, &format!("its edits clash: {conflict}")));
        }
        let constant = key.as_deref().and_then(|local| self.checked_key(&module, &style, path, local));
        let added = constant.into_iter().try_for_each(|edit| group.edit(path, edit));
        if let (Err(conflict), Some(place)) = (added, places.first()) {
            return Err(self.unproven(*place, &format!("its edits clash: {conflict}")));
        }
        if self.targets.directives.contains(&file) {
            let (quote, eol) = (style.quote.as_char(), style.eol.as_str());
            let semicolon = if style.semicolons { ";" } else { "" };
            let directive = format!("{quote}use client{quote}{semicolon}{eol}{eol}");
            let added = group.edit(path, TextEdit::insertion(module.body_start(), directive));
            if let (Err(conflict), Some(place)) = (added, places.first()) {
                return Err(self.unproven(*place, &format!("its edits clash: {conflict}")));
            }
        }
        self.drop_imports(group, file, &bindings);
        Ok(())
    }

    /// The edits of elements that have nothing to do with each other's lines.
    fn all_at_once(
        &self,
        module: &ParsedModule,
        style: &Style,
        path: &RelPath,
        places: &BTreeSet<Place>,
        local: &LocalNames<'_>,
    ) -> Result<Vec<TextEdit>, Refusal> {
        let mut all = EditSet::default();
        for place in places {
            let edits = match (self.survey.jsx(*place), self.survey.call(*place)) {
                _ if let Some(range) = self.survey.child(*place) => {
                    self.child(module, style, (*place, range), path, local)
                }
                (Some(fact), _) if self.is_within(*place) => self.within(module, style, fact.range, local),
                (Some(fact), _) => {
                    let rewrite = self.element(*place, path, local, self.pulled(module, *place)?);
                    rewrite_element(module, style, fact.range, &rewrite).map(Some)
                }
                (None, Some(call)) => rewrite_call(module, style, call.range, &self.call(*place, path, local)),
                (None, None) => Ok(None),
            };
            let edits = edits.map_err(|conflict| self.unproven(*place, &format!("its edits clash: {conflict}")))?;
            let Some(edits) = edits else {
                let message = "this call of createElement has comments, spreads, several children or a child on lines of its own, which would have to be laid out anew";
                let location = Some(self.survey.location(*place));
                return Err(Refusal::new(RefusalReason::UnprovenForm, message, location));
            };
            let merged = all.merge(&edits);
            merged.map_err(|conflict| self.unproven(*place, &format!("its edits clash: {conflict}")))?;
        }
        Ok(all.iter().cloned().collect())
    }

    /// Whether elements may break a line that they share, or that one of them shares with what is around the other.
    ///
    /// `flag ? <ConvexProvider client={a}><App /></ConvexProvider> : <ConvexProvider client={b}><App /></ConvexProvider>`
    fn share_lines(&self, module: &ParsedModule, places: &BTreeSet<Place>) -> bool {
        let elements: Vec<TextRange> = places.iter().filter_map(|place| Some(self.survey.jsx(*place)?.range)).collect();
        let is_one_line =
            |range: &TextRange| module.lines.line_start(range.start()) == module.lines.line_start(range.end());
        let all = elements.len() == places.len() && elements.len() > 1;
        all && self.targets.moves.is_empty() && elements.iter().any(is_one_line)
    }

    /// Changes one element after the other, each in the text that the last one left; the first in what `first` makes of the file.
    fn one_by_one(
        &self,
        path: &RelPath,
        base: &Base,
        language: &TypeScript,
        places: &BTreeSet<Place>,
        (local, first): (&LocalNames<'_>, &EditSet),
    ) -> Result<Vec<TextEdit>, Refusal> {
        let mut text = first.apply(&base.text).unwrap_or_else(|| base.text.to_string());
        let mut left: Vec<(Place, TextRange)> =
            places.iter().filter_map(|place| Some((*place, first.moved(self.survey.range(*place)?)))).collect();
        left.reverse();
        while let Some((place, range)) = left.pop() {
            let module = parsed(path, &text)?;
            let style = language.formatting.get(path).map(|formatting| formatting.style(&module)).unwrap_or_default();
            let edits = match self.survey.child(place) {
                Some(_) => self.child(&module, &style, (place, range), path, local).map(Option::unwrap_or_default),
                None if self.is_within(place) => match self.within(&module, &style, range, local) {
                    Ok(None) => return Err(self.unproven(place, "its tags share their lines with other code")),
                    edits => edits.map(Option::unwrap_or_default),
                },
                None => rewrite_element(&module, &style, range, &self.element(place, path, local, None)),
            };
            let edits = edits.map_err(|conflict| self.unproven(place, &format!("its edits clash: {conflict}")))?;
            let next = edits.apply(&text).ok_or_else(|| self.unproven(place, "its edits do not fit"))?;
            left.iter_mut().for_each(|(_, range)| *range = edits.moved(*range));
            text = next;
        }
        Ok(edits_between(&base.text, &text))
    }

    /// What becomes of an element.
    fn element(
        &self,
        place: Place,
        path: &RelPath,
        local: &LocalNames<'_>,
        pull_out: Option<TextRange>,
    ) -> ElementRewrite {
        let is_swap = self.targets.swaps.contains(&place);
        let wrap = local.clerk.filter(|_| self.targets.wraps.contains_key(&place));
        let use_auth = local.use_auth.iter().filter(|_| is_swap);
        ElementRewrite {
            rename: local.with_clerk.filter(|_| is_swap).map(str::to_owned),
            attributes: use_auth.map(|name| attribute("useAuth", identifier(name))).collect(),
            wrap_in: wrap.map(|name| self.tags(name, place, path, local)).unwrap_or_default(),
            pull_out,
            ..ElementRewrite::default()
        }
    }

    /// What becomes of a call of `createElement`.
    fn call(&self, place: Place, path: &RelPath, local: &LocalNames<'_>) -> CallRewrite {
        let is_swap = self.targets.swaps.contains(&place);
        let property = |name: &str, value| Property { name: name.to_owned(), value };
        let wrap = local.clerk.filter(|_| self.targets.wraps.contains_key(&place));
        CallRewrite {
            rename: local.with_clerk.filter(|_| is_swap).map(str::to_owned),
            property: local.use_auth.filter(|_| is_swap).map(|name| property("useAuth", identifier(name))),
            wrap_in: wrap.map(|name| {
                let extras = local.extras.iter().map(|(name, local)| property(name, identifier(local)));
                let key = local.key.map_or_else(|| self.key_value(path), identifier);
                (name.to_owned(), std::iter::once(property("publishableKey", key)).chain(extras).collect())
            }),
            // ConvexProviderWithClerk requires children, and types know nothing of a third argument.
            child_as_property: is_swap && SourceKind::of(path).is_some_and(SourceKind::has_types),
        }
    }

    /// The ClerkProvider that is taken out of a plain provider and put around it.
    fn pulled(&self, module: &ParsedModule, place: Place) -> Result<Option<TextRange>, Refusal> {
        let Some((clerk, _)) = self.targets.moves.iter().find(|(_, plain)| **plain == place) else { return Ok(None) };
        let range = self.survey.jsx(*clerk).map(|fact| fact.range).filter(|range| has_own_lines(module, *range));
        let refusal = || {
            let message = "ClerkProvider stands inside ConvexProvider; it has to be outside";
            Refusal::new(RefusalReason::ClerkInside, message, Some(self.survey.location(*clerk)))
        };
        range.map(Some).ok_or_else(refusal)
    }

    /// Refuses a comment that speaks of the line after it, which would be another one.
    fn stays_governed(&self, module: &ParsedModule, place: Place) -> Result<(), Refusal> {
        let Some(start) = self.survey.range(place).map(TextRange::start) else { return Ok(()) };
        match module.comment_before(start).filter(|comment| governs_next_line(comment)) {
            Some(comment) => {
                let why = format!("the comment `{}` would no longer stand before ConvexProvider", comment.trim());
                Err(self.unproven(place, &why))
            }
            None => Ok(()),
        }
    }

    /// The same for an import that another may take the place of.
    ///
    /// `// @ts-expect-error no types here` above `import { ConvexProvider } from "convex/react"`
    fn imports_stay_governed(&self, module: &ParsedModule, file: FileId) -> Result<(), Refusal> {
        let imports = self.survey.modules.sources.facts(file).imports.iter();
        // An import that keeps another name keeps its place.
        let is_gone = |import: &&ImportFact| {
            let is_provider = |s: &SpecifierFact| s.name == ImportedName::Named(CONVEX_PROVIDER.to_owned());
            import.specifiers.iter().all(is_provider)
        };
        let beside = imports.filter(|import| import.kind == ImportKind::Static && import.module == CONVEX_REACT);
        let beside = beside.filter(is_gone);
        for import in beside {
            if let Some(comment) = module.comment_before(import.range.start()).filter(|c| governs_next_line(c)) {
                let message = format!("the comment `{}` would no longer stand before its import", comment.trim());
                let location = Location { path: self.survey.path(file).clone(), range: import.range };
                return Err(Refusal::new(RefusalReason::UnprovenForm, message, Some(location)));
            }
        }
        Ok(())
    }

    /// `<ClerkProvider publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}>`, `<ClerkProvider {...pageProps}>`, or without attributes.
    pub(crate) fn clerk_tag(&self, name: &str, place: Place, path: &RelPath, local: &LocalNames<'_>) -> Tag {
        let kind = self.targets.wraps.get(&place).copied().unwrap_or(ClerkPlace::AroundConvex);
        let key = || attribute("publishableKey", local.key.map_or_else(|| self.key_value(path), identifier));
        let reads_itself = matches!(self.source, KeySource::Package(_));
        let mut attributes = match kind {
            ClerkPlace::AroundConvex if reads_itself => Vec::new(),
            ClerkPlace::AroundConvex | ClerkPlace::AroundPage(PageData::Key) => vec![key()],
            ClerkPlace::AroundPage(_) => local.data.get(&place).cloned().into_iter().collect(),
            ClerkPlace::InBody { .. } | ClerkPlace::Nowhere => Vec::new(),
        };
        let is_given = attributes.iter().any(|attribute| attribute.is("publishableKey"));
        if self.is_named && !is_given {
            attributes.push(key());
        }
        // `tokenCache` is undefined on the web, where the browser keeps the session.
        let has_types = SourceKind::of(path).is_some_and(SourceKind::has_types);
        let exact = |value| if self.is_exact && has_types { non_null(value) } else { value };
        attributes.extend(local.extras.iter().map(|(name, local)| attribute(name, exact(identifier(local)))));
        Tag { name: name.to_owned(), attributes }
    }

    /// The key as a constant behind the imports: native code has no page on which its lack would show.
    ///
    /// ```tsx
    /// const publishableKey = process.env.EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY!;
    ///
    /// if (!publishableKey) {
    ///   throw new Error("EXPO_PUBLIC_CLERK_PUBLISHABLE_KEY is not set");
    /// }
    /// ```
    fn checked_key(&self, module: &ParsedModule, style: &Style, path: &RelPath, local: &str) -> Option<TextEdit> {
        let name = &self.key.name;
        // The check does not narrow it within functions: <https://clerk.com/docs/expo/getting-started/quickstart>
        let mark = if SourceKind::of(path).is_some_and(SourceKind::has_types) { "!" } else { "" };
        let object = self.key.object;
        let read = if self.key.bracket { format!("{object}[\"{name}\"]") } else { format!("{object}.{name}") };
        let text =
            format!("const {local} = {read}{mark};\n\nif (!{local}) {{\n  throw new Error(\"{name} is not set\");\n}}");
        after_imports(module, style, &restyled(&text, style))
    }

    /// `import.meta.env.VITE_CLERK_PUBLISHABLE_KEY`
    fn key_value(&self, path: &RelPath) -> Expression {
        let mut value = env_member(self.key.object, &self.key.name, self.key.bracket);
        let has_types = SourceKind::of(path).is_some_and(SourceKind::has_types);
        // `import.meta.env.X` is `any` unless the app types it; `process.env.X` is `string | undefined`.
        if self.key_needs_string && self.key.object == "process.env" && has_types {
            value = non_null(value);
        }
        value
    }

    /// Asks for imports of the plain provider to go, where the tags that change were their only uses.
    fn drop_imports(&self, group: &mut ChangeGroup, file: FileId, bindings: &Bindings) {
        let facts = self.survey.modules.sources.facts(file);
        let swapped = self.targets.swaps.iter().filter(|place| place.0 == file);
        let names: Vec<TextRange> = swapped.flat_map(|place| self.survey.names(*place)).collect();
        for import in &facts.imports {
            for specifier in
                import.specifiers.iter().filter(|s| matches!(s.name, ImportedName::Named(_) | ImportedName::Default))
            {
                let uses = bindings.uses_of_import(&specifier.local);
                if !uses.is_empty() && uses.iter().all(|use_| names.contains(use_)) {
                    group.import(self.survey.path(file), ImportChange::Drop { local: specifier.local.clone() });
                }
            }
        }
    }

    pub(crate) fn unproven(&self, place: Place, why: &str) -> Refusal {
        let message = format!("the change could not be proven: {why}");
        Refusal::new(RefusalReason::UnprovenForm, message, Some(self.survey.location(place)))
    }
}

/// Whether a value shows the children that a component was given, other than by the element at `provider`.
fn passes_children_on(facts: &FileFacts, value: &Value, provider: TextRange, followed: u8) -> bool {
    let next = |value: &Value| followed < 16 && passes_children_on(facts, value, provider, followed + 1);
    match value {
        Value::Member(object, name) => name == "children" && matches!(**object, Value::Argument(..)),
        Value::Variable(id) => facts.flow.variable(*id).iter().any(next),
        Value::List(values) | Value::OneOf(values) => values.iter().any(next),
        Value::Element(id) => {
            let is_provider = facts.element(*id).is_none_or(|element| element.range == provider);
            !is_provider && facts.flow.element(*id).is_some_and(|element| element.children.iter().any(next))
        }
        _ => false,
    }
}

/// What the names that the change needs are in one file.
pub(crate) struct LocalNames<'a> {
    pub(crate) clerk: Option<&'a str>,
    pub(crate) use_auth: Option<&'a str>,
    pub(crate) with_clerk: Option<&'a str>,
    /// The constant that holds the key, where it is one.
    key: Option<&'a str>,
    /// The other attributes of ClerkProvider, and what they are set to.
    extras: &'a [(&'static str, String)],
    /// What each ClerkProvider around a page is given.
    data: &'a BTreeMap<Place, Attribute>,
    /// What a provider for Clerk that is added has as its client.
    pub(crate) client: Option<&'a str>,
}

/// What the constant of the key is called in a file.
fn key_constant(bindings: &Bindings) -> String {
    bindings.free_name(&["publishableKey", "clerkPublishableKey"])
}

pub(crate) fn parsed(path: &RelPath, text: &str) -> Result<ParsedModule, Refusal> {
    let fail = |why: &str| {
        let message = format!("the change could not be proven: {why}");
        Refusal::new(RefusalReason::UnprovenForm, message, Some(Location::file(path.clone())))
    };
    let source = SourceFile::new(path.clone(), text.into()).ok_or_else(|| fail("it is no source file"))?;
    parse(&source).map_err(|failure| fail(&failure.message))
}
