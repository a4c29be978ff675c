#![doc = include_str!("server_tokens.md")]

use change::{
    Applicability, ChangeGroup, Finding, GroupId, ImportChange, ImportedName, Location, RelPath, Severity, TextRange,
};
use syntax::{
    Bindings, CallFlow, FileFacts, SourceFile, Value, add_call_option, add_exported_text, awaited_call, on_deep_stack,
    parse,
};

use super::Rule;
use crate::Explanation;
use crate::boundary::is_client;
use crate::coverage::Coverage;
use crate::ctx::{Ctx, RuleResult, Sink, Verdict};
use crate::graph::functions::{FunctionGraph, Identity, api_path};
use crate::graph::modules::{Definition, Modules};
use crate::graph::resolve::{Resolver, Target};
use crate::graph::sources::{FileId, Sources};
use crate::next;
use crate::server_code::{BUILDS, ServerCode};
use crate::specifier::specifier;
use crate::tsconfig;
use crate::workspace::join;

/// The rule.
pub(crate) const RULE: Rule = Rule {
    explanation: Explanation {
        id: "server-tokens",
        summary: "Server calls of functions that need an identity pass a token.",
        text: include_str!("server_tokens.md"),
    },
    run,
};

/// What calls Convex from the server, each with its options third.
const CALLS: [&str; 4] = ["fetchQuery", "preloadQuery", "fetchMutation", "fetchAction"];
/// The helper that gives the token.
const HELPER: &str = "getAuthToken";

fn run(ctx: &Ctx<'_>, sink: &mut Sink) -> RuleResult {
    let wired = sink.wired.as_ref().filter(|wired| wired.secret.is_some()).and_then(|wired| wired.group.clone());
    let Some(wiring) = wired else { return Ok(Verdict::Added) };
    let calls_convex = ctx.app.facts().any(|(_, facts)| facts.imports.iter().any(|i| i.module == "convex/nextjs"));
    let (Some(functions), true) = (ctx.functions(), calls_convex) else {
        return Ok(Verdict::Added);
    };
    let resolver = Resolver::of(ctx.workspace);
    let sources = Sources::of(ctx.workspace, ctx.app, &resolver).with(functions.facts(ctx));
    let modules = Modules::new(&sources, &resolver);
    let graph = FunctionGraph::new(&modules, &functions.folder);
    let mut calls = Vec::new();
    for (path, facts) in ctx.app.facts().filter(|(_, facts)| !is_client(facts)) {
        let Some(file) = modules.sources.id(path) else { continue };
        calls.extend(facts.flow.calls.iter().filter_map(|call| needing(&modules, &graph, file, call)));
    }
    if calls.is_empty() {
        return Ok(Verdict::Added);
    }
    Tokens { ctx, modules: &modules, resolver: &resolver, wiring }.add(sink, &calls);
    Ok(Verdict::Added)
}

/// A call of a function that needs an identity.
pub(crate) struct Call<'a> {
    pub(crate) file: FileId,
    pub(crate) call: &'a CallFlow,
    /// `tasks.mine`
    pub(crate) name: String,
}

/// A call of a file, if it is one of a function that needs an identity.
pub(crate) fn needing<'a>(
    modules: &Modules<'_>,
    graph: &FunctionGraph<'_>,
    file: FileId,
    call: &'a CallFlow,
) -> Option<Call<'a>> {
    let Value::Imported(imported) = &call.callee else { return None };
    let is_call = match modules.import(file, imported) {
        Definition::Package(module, ImportedName::Named(name)) => {
            module == "convex/nextjs" && CALLS.contains(&name.as_str())
        }
        _ => false,
    };
    let path = call.arguments.first().filter(|_| is_call).and_then(|value| api_path(modules, file, value))?;
    (graph.identity(&path)? == Identity::Needed).then(|| Call { file, call, name: path.join(".") })
}

struct Tokens<'a> {
    ctx: &'a Ctx<'a>,
    modules: &'a Modules<'a>,
    resolver: &'a Resolver<'a>,
    wiring: GroupId,
}

impl Tokens<'_> {
    fn add(&self, sink: &mut Sink, calls: &[Call<'_>]) {
        let app = &self.ctx.app.id;
        let mut group = ChangeGroup::new(
            GroupId::new("server-tokens", app),
            vec![app.clone()],
            Applicability::NeedsReview,
            "Give server calls of Convex the token of who is signed in",
            "No provider reaches server code: a function that needs an identity throws there until the call passes a token.",
        );
        group.requires = vec![self.wiring.clone()];
        let helper = self.helper();
        let coverage = Coverage::of(self.ctx);
        let server = ServerCode::new(self.ctx, self.modules);
        let mut used: Vec<FileId> = Vec::new();
        for call in calls {
            let uncovered = || coverage.as_ref().and_then(|coverage| self.uncovered(coverage, call.file));
            let why = self
                .by_hand(call)
                .or_else(|| helper.is_none().then_some("no file for the helper is free"))
                .map(str::to_owned)
                .or_else(|| server.without_session(call.file))
                .or_else(uncovered);
            let done = match (why, &helper) {
                (None, Some(helper)) => self.edit(sink, &mut group, call, &helper.0).map_err(str::to_owned),
                (why, _) => Err(why.unwrap_or_default()),
            };
            match done {
                Ok(()) => {
                    used.push(call.file);
                    sink.findings.push(self.finding(call, Severity::Note, None, &group.id));
                }
                Err(why) => sink.findings.push(self.finding(call, Severity::Warning, Some(&why), &self.wiring)),
            }
        }
        if used.is_empty() {
            return;
        }
        if let Some((path, false)) = &helper {
            let style = on_deep_stack(|| self.style(sink, calls, path));
            group.create(path, helper_text(&style));
        }
        if let Some(coverage) = coverage {
            self.widen(sink, &mut group, &coverage, &used);
        }
        sink.groups.push(group);
    }

    /// Why a call in a file would find no session: the middleware does not run there, and can't be let to.
    fn uncovered(&self, coverage: &Coverage, file: FileId) -> Option<String> {
        let Some(path) = &coverage.path else {
            let lacking = coverage.lacking(self.ctx, self.modules, &[file]).unwrap_or_default();
            let routes = lacking.join(", ");
            return (!lacking.is_empty())
                .then(|| format!("the middleware runs on no files, and {routes} looks like one"));
        };
        match coverage.lacking(self.ctx, self.modules, &[file]) {
            None => Some(format!("on which routes {path} runs can't be read")),
            Some(lacking) if !lacking.is_empty() && !coverage.is_transparent => {
                let routes = lacking.join(", ");
                Some(format!("first let {path} run on {routes}, and its handler return early there"))
            }
            Some(_) => None,
        }
    }

    /// Lets the middleware run where it does not yet, and a call needs the session.
    fn widen(&self, sink: &mut Sink, group: &mut ChangeGroup, coverage: &Coverage, files: &[FileId]) {
        let lacking = coverage.lacking(self.ctx, self.modules, files).unwrap_or_default();
        let Some(path) = &coverage.path else { return };
        if lacking.is_empty() || !sink.takes(self.ctx, path) {
            return;
        }
        let text = sink.bases.get(path).map(|base| base.text.clone()).unwrap_or_default();
        let formatting = sink.formatting(self.ctx, path);
        let edits = on_deep_stack(|| {
            let module = parse(&SourceFile::new(path.clone(), text)?).ok()?;
            add_exported_text(&module, &formatting.style(&module), ("config", "matcher"), &lacking).ok().flatten()
        });
        let is_added = edits.is_some_and(|edits| edits.iter().all(|edit| group.edit(path, edit.clone()).is_ok()));
        let names = lacking.join(", ");
        let message = match is_added {
            true => format!(
                "`matcher` gains {names}, where a server call needs the session: the handler runs there as well"
            ),
            false => {
                format!("`matcher` leaves {names} out, where a server call needs the session: auth() throws there")
            }
        };
        let mut finding = Finding::new("clerk-middleware", Severity::Warning, message);
        finding.app = Some(self.ctx.app.id.clone());
        finding.location = Some(Location::file(path.clone()));
        finding.help = Some(match is_added {
            true => "let the handler return early where it is not wanted".to_owned(),
            false => format!("add {names} to it"),
        });
        finding.doc = Some("https://clerk.com/docs/reference/nextjs/clerk-middleware");
        finding.group = Some(group.id.clone());
        sink.findings.push(finding);
    }

    /// The file with the helper, and whether it is there.
    fn helper(&self) -> Option<(RelPath, bool)> {
        let named = ImportedName::Named(HELPER.to_owned());
        let there = self.ctx.app.facts().find(|(path, facts)| {
            let value = facts.flow.exports.iter().find(|(name, _)| *name == named).map(|(_, value)| value);
            let takes_session = facts.imports.iter().any(|import| import.module == "@clerk/nextjs/server");
            // A token that may be null is none that the options take, and arguments of its own are not known.
            let is_fit = |text: String| text.contains("?? undefined") && text.contains(&format!("{HELPER}()"));
            value.is_some() && takes_session && self.ctx.workspace.text(path).is_some_and(is_fit)
        });
        if let Some((path, _)) = there {
            return Some((path.clone(), true));
        }
        let folder = next::routes(self.ctx.workspace, self.ctx.app)?;
        let has_types = self.ctx.app.facts().any(|(path, _)| ["ts", "tsx"].contains(&path.extension()));
        let ending = if has_types { "ts" } else { "js" };
        let names = ["auth", "authToken", "clerkToken"].iter();
        let mut paths = names.filter_map(|name| Some((*name, join(&folder, &format!("{name}.{ending}"))?)));
        let is_free = |(name, path): &(&str, RelPath)| {
            let endings = ["ts", "tsx", "js", "jsx"].iter();
            let mut twins = endings.filter_map(|ending| join(&folder, &format!("{name}.{ending}")));
            !twins.any(|twin| self.ctx.workspace.has_path(&twin)) && self.ctx.workspace.may_write(path)
        };
        paths.find(is_free).map(|(_, path)| (path, false))
    }

    /// Why a person has to pass the token.
    fn by_hand(&self, call: &Call<'_>) -> Option<&'static str> {
        let facts = self.modules.sources.facts(call.file);
        if next::is_exported(self.ctx.workspace, self.ctx.app).is_some() {
            return Some("the app is exported as files, and nobody is signed in while they are made");
        }
        if tsconfig::exact_optional_property_types(self.ctx) {
            return Some("with exactOptionalPropertyTypes a token that may be undefined is spread in");
        }
        if facts.directives.iter().any(|directive| directive.starts_with("use cache")) {
            return Some("cached code has no session");
        }
        self.function_by_hand(facts, call.call.range)
    }

    /// The same for the functions around the call.
    fn function_by_hand(&self, facts: &FileFacts, range: TextRange) -> Option<&'static str> {
        let flow = &facts.flow;
        let around = flow.functions.iter().filter(|function| function.range.covers(range));
        let mut around: Vec<_> = around.collect();
        around.sort_by_key(|function| function.range.len());
        if !around.first().is_some_and(|function| function.is_async && function.body.covers(range)) {
            return Some("nothing can be awaited in the function around it");
        }
        let is_cached = around.iter().any(|function| function.directives.iter().any(|d| d.starts_with("use cache")));
        let wrapped = flow.calls.iter().any(|call| {
            let is_late = |imported: &syntax::Imported| {
                imported.is(&["next/cache"], "unstable_cache") || imported.is(&["next/server"], "after")
            };
            matches!(&call.callee, Value::Imported(imported) if is_late(imported)) && call.range.covers(range)
        });
        if is_cached || wrapped {
            return Some("code that is cached, or runs after the response, has no session");
        }
        let params =
            facts.components.iter().find(|component| component.range.covers(range) && component.owner.is_none());
        let name = params.and_then(|component| component.name.as_deref());
        let builds = |name: &str| BUILDS.contains(&name);
        // What else the file has may be called by it.
        let is_built =
            facts.exports.iter().any(|export| matches!(&export.name, ImportedName::Named(name) if builds(name)));
        let is_page = flow.exports.iter().any(|(name, value)| {
            let function = match value {
                Value::Function(id) => flow.function(*id),
                Value::Variable(id) => flow.variable(*id).iter().find_map(|value| match value {
                    Value::Function(id) => flow.function(*id),
                    _ => None,
                }),
                _ => None,
            };
            *name == ImportedName::Default && function.is_some_and(|function| function.range.covers(range))
        });
        let is_build = name.is_some_and(builds) || (is_built && !is_page);
        is_build.then_some("nobody is signed in while the app is built")
    }

    fn edit(
        &self,
        sink: &mut Sink,
        group: &mut ChangeGroup,
        call: &Call<'_>,
        helper: &RelPath,
    ) -> Result<(), &'static str> {
        let path = self.modules.sources.path(call.file);
        let facts = self.modules.sources.facts(call.file);
        // The same name of another module is another function.
        let is_helpers = |module: &str| self.resolver.resolve(path, module) == Target::File(helper.clone());
        let imported =
            facts.imports.iter().filter(|import| is_helpers(&import.module)).flat_map(|import| &import.specifiers);
        let known = imported.into_iter().find(|s| s.name == ImportedName::Named(HELPER.to_owned()));
        let is_own = path == helper;
        if !sink.takes(self.ctx, path) {
            return Err("the file is none that may be changed");
        }
        let local = known.map_or(HELPER, |specifier| specifier.local.as_str());
        let text = sink.bases.get(path).map(|base| base.text.clone()).unwrap_or_default();
        let formatting = sink.formatting(self.ctx, path);
        let is_taken = !is_own && known.is_none();
        let edits = on_deep_stack(|| {
            let module = parse(&SourceFile::new(path.clone(), text)?).ok()?;
            // Another `getAuthToken`, in whatever scope.
            if is_taken && Bindings::new(&module).is_spelled(HELPER) {
                return None;
            }
            let style = formatting.style(&module);
            let value = awaited_call(local);
            add_call_option(&module, &style, call.call.range, 2, ("token", &value)).ok().flatten()
        });
        let edits =
            edits.ok_or("its options are not written out, it has comments, or the file has another `getAuthToken`")?;
        let clash = edits.iter().try_for_each(|edit| group.edit(path, edit.clone()));
        clash.map_err(|_| "it stands inside another such call")?;
        if !is_own && known.is_none() {
            let import = ImportChange::Add {
                module: specifier(self.ctx.workspace, self.resolver, facts, path, helper),
                name: ImportedName::Named(HELPER.to_owned()),
                local: HELPER.to_owned(),
                type_only: false,
                beside: None,
            };
            group.import(path, import);
        }
        Ok(())
    }

    fn style(&self, sink: &mut Sink, calls: &[Call<'_>], path: &RelPath) -> syntax::style::Style {
        let formatting = sink.formatting(self.ctx, path);
        let first = calls.first().map(|call| self.modules.sources.path(call.file).clone());
        let module = first.and_then(|path| {
            let text = self.ctx.workspace.text(&path)?;
            parse(&SourceFile::new(path, text.into())?).ok()
        });
        module.map(|module| formatting.style_of_new(&module)).unwrap_or_default()
    }

    fn finding(&self, call: &Call<'_>, severity: Severity, why: Option<&str>, group: &GroupId) -> Finding {
        let message = format!("`{}` needs an identity, and this call passes no token", call.name);
        let mut finding = Finding::new(RULE.explanation.id, severity, message);
        finding.app = Some(self.ctx.app.id.clone());
        let (path, range) = (self.modules.sources.path(call.file).clone(), call.call.range);
        finding.location = Some(Location { path, range });
        finding.help = why.map(|why| format!("pass `{{ token }}` by hand: {why}"));
        finding.doc = Some("https://docs.convex.dev/client/nextjs/app-router/server-rendering");
        finding.group = Some(group.clone());
        finding
    }
}

fn helper_text(style: &syntax::style::Style) -> String {
    let (eol, unit) = (style.eol.as_str(), style.indent.unit());
    let semicolon = if style.semicolons { ";" } else { "" };
    let pad = if style.bracket_spacing { " " } else { "" };
    let quote = style.quote.as_char();
    format!(
        "import {{{pad}auth{pad}}} from {quote}@clerk/nextjs/server{quote}{semicolon}{eol}{eol}\
         export async function {HELPER}() {{{eol}\
         {unit}return (await (await auth()).getToken()) ?? undefined{semicolon}{eol}}}{eol}"
    )
}
