//! What stands around what, from the outside in: elements, components of other files, conditions, and the provider.

use arbitrary::Result;

use crate::links::Exported;
use crate::made::Made;
use crate::tree::{Maker, Tail};

impl Maker<'_, '_> {
    /// The lines of one JSX element of a file with `tail` innermost, and a provider around it where there is `need` of one.
    pub(crate) fn layers(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        let is_server = self.is_next && !self.file(path).is_client;
        if depth == 0 {
            return match *need {
                true if is_server => self.providers(path, 0, need, tail),
                true => self.provider(path, 0, need, tail),
                false => self.innermost(path, tail),
            };
        }
        let below = depth - 1;
        match self.u.int_in_range(0..=14)? {
            0 | 1 => self.layers(path, 0, need, tail),
            2 => self.within(path, "<div className=\"shell\">", "</div>", below, need, tail),
            3 => self.within(path, "<>", "</>", below, need, tail),
            4 => {
                self.file(path).import("react", "StrictMode");
                self.within(path, "<StrictMode>", "</StrictMode>", below, need, tail)
            }
            5 => {
                self.file(path).import("react", "Suspense");
                self.within(path, "<Suspense fallback={<p>ConvexProvider</p>}>", "</Suspense>", below, need, tail)
            }
            6 => self.wrapper(path, below, need, tail),
            7 if *need => self.providers(path, below, need, tail),
            8 if *need && !is_server => self.provider(path, below, need, tail),
            9 if !matches!(tail, Tail::Children(_)) => self.part(path, below, need, tail),
            10 if !is_server => self.condition(path, below, need, tail),
            11 if !matches!(tail, Tail::Children(_)) && !is_server => self.higher_order(path, below, need, tail),
            12 => self.beside(path, below, need, tail),
            13 if self.u.ratio(1, 2)? => self.clerk(path, below, need, tail),
            14 => {
                let rows = self.fresh("rows");
                self.file(path).lines.push(format!("const {rows} = [1, 2];"));
                let open = format!("<>{{{rows}.map((row) => <div key={{row}}>");
                self.within(path, &open, "</div>)}</>", below, need, tail)
            }
            _ => self.layers(path, below, need, tail),
        }
    }

    /// One element, or an expression in a fragment, as a component has to give it back.
    fn innermost(&mut self, path: &str, tail: &Tail) -> Result<Vec<String>> {
        let tail = self.tail(path, tail)?;
        Ok(vec![if tail.starts_with('{') { format!("<>{tail}</>") } else { tail }])
    }

    /// The same where children may stand.
    fn children(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        match depth == 0 && !*need {
            true => Ok(vec![self.tail(path, tail)?]),
            false => self.layers(path, depth, need, tail),
        }
    }

    fn within(
        &mut self,
        path: &str,
        open: &str,
        close: &str,
        depth: u8,
        need: &mut bool,
        tail: &Tail,
    ) -> Result<Vec<String>> {
        let inner = self.children(path, depth, need, tail)?;
        if let ([line], true) = (&*inner, self.u.ratio(1, 3)?) {
            return Ok(vec![format!("{open}{line}{close}")]);
        }
        let inner = inner.iter().map(|line| format!("  {line}"));
        Ok([open.to_owned()].into_iter().chain(inner).chain([close.to_owned()]).collect())
    }

    /// `<ConvexProvider client={convex}>`
    fn provider(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        *need = false;
        let client = self.client(path)?;
        let tag = self.provider_tag(path)?;
        let (is_last, is_plain) = (self.u.ratio(1, 8)?, !matches!(tail, Tail::Children(_)));
        if is_last && is_plain {
            let inner = self.tail(path, tail)?;
            return Ok(vec![format!("<{tag} client={{{client}}} children={{{inner}}} />")]);
        }
        if is_last {
            self.file(path).import("react", "createElement");
            let inner = self.tail(path, tail)?;
            let inner = inner.trim_matches(['{', '}']).to_owned();
            return Ok(vec![format!("<>{{createElement({tag}, {{ client: {client} }}, {inner})}}</>")]);
        }
        let text = self.u.ratio(1, 8)?;
        let mut lines =
            self.within(path, &format!("<{tag} client={{{client}}}>"), &format!("</{tag}>"), depth, need, tail)?;
        if text && lines.len() > 2 {
            let kept = self.fresh("text");
            let template =
                [format!("  <p>{{`keep-{kept}"), "    keep-d </ConvexProvider> ".to_owned(), "keep-e`}</p>".to_owned()];
            lines.splice(1..1, template);
        }
        Ok(lines)
    }

    /// What ConvexProvider is called in a file.
    fn provider_tag(&mut self, path: &str) -> Result<String> {
        let fresh = self.fresh("Provider");
        // Names that an edit wants for something else.
        if self.u.ratio(1, 8)? {
            let taken = *self.u.choose(&["useAuth", "ClerkProvider", "ConvexProviderWithClerk"])?;
            let made = self.file(path);
            if !made.is_taken(taken, "") {
                made.lines.push(format!("const {taken} = \"taken\";"));
            }
        }
        Ok(match self.u.int_in_range(0..=7)? {
            0 => {
                self.file(path).import("convex/react", &format!("ConvexProvider as {fresh}"));
                fresh
            }
            1 => {
                let all = self.file(path).import_all("convex/react", &fresh);
                format!("{all}.ConvexProvider")
            }
            2 => {
                let stem = self.fresh("convex");
                let own = self.path(&format!("lib/{stem}.{}", if self.style.is_typescript { "ts" } else { "js" }));
                let way = self.u.int_in_range(0..=2)?;
                let made = self.file(&own);
                let exported = match way {
                    0 => {
                        made.lines.push("export * from \"convex/react\";".to_owned());
                        Exported::Named("ConvexProvider".to_owned())
                    }
                    1 => {
                        made.lines.push(format!("export {{ ConvexProvider as {fresh} }} from \"convex/react\";"));
                        Exported::Named(fresh)
                    }
                    _ => {
                        made.import("convex/react", "ConvexProvider");
                        made.last.push("export default ConvexProvider;".to_owned());
                        Exported::Default
                    }
                };
                self.import(&own, &exported, path)?
            }
            _ if self.file(path).is_taken("ConvexProvider", "convex/react") => {
                self.file(path).import("convex/react", &format!("ConvexProvider as {fresh}"));
                fresh
            }
            _ => {
                self.file(path).import("convex/react", "ConvexProvider");
                "ConvexProvider".to_owned()
            }
        })
    }

    /// The client: of the file, or of another.
    fn client(&mut self, path: &str) -> Result<String> {
        let key = if self.is_next { "process.env.NEXT_PUBLIC_CONVEX_URL" } else { "import.meta.env.VITE_CONVEX_URL" };
        let bang = if self.is_next && self.style.is_typescript { "!" } else { "" };
        let (at, export) = match self.u.ratio(1, 4)? {
            true => {
                let stem = self.fresh("client");
                (self.path(&format!("lib/{stem}.{}", if self.style.is_typescript { "ts" } else { "js" })), "export ")
            }
            false => (path.to_owned(), ""),
        };
        let is_second = |made: &Made| made.imports("convex/react", "ConvexReactClient") || made.is_taken("convex", "");
        let name = if self.made.get(&at).is_some_and(is_second) { self.fresh("convex") } else { "convex".to_owned() };
        let made = self.file(&at);
        made.import("convex/react", "ConvexReactClient");
        made.lines.push(format!("{export}const {name} = new ConvexReactClient({key}{bang});"));
        match at == path {
            true => Ok(name),
            false => self.import(&at, &Exported::Named(name), path),
        }
    }

    /// A file for a component.
    fn component_file(&mut self, stem: &str) -> Result<String> {
        let stem = self.fresh(stem);
        let folder = *self.u.choose(&["", "components/", "lib/deep/"])?;
        let path = self.path(&format!("{folder}{stem}.{}", self.ending()));
        self.noise(&path)?;
        Ok(path)
    }

    /// `<Providers>`, which renders the provider around its children.
    fn providers(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        let own = self.component_file("providers")?;
        self.file(&own).is_client = self.is_next;
        let name = self.fresh("Providers");
        let exported =
            self.component(&own, &name, true, |maker, children| maker.layers(&own, depth, need, children))?;
        let tag = self.import(&own, &exported, path)?;
        self.within(path, &format!("<{tag}>"), &format!("</{tag}>"), depth, need, tail)
    }

    /// `<Frame>`, which renders something else around its children.
    fn wrapper(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        let own = self.component_file("frame")?;
        let stem = *self.u.choose(&["Frame", "ConvexShell", "Theme"])?;
        let name = self.fresh(stem);
        let exported = self.component(&own, &name, true, |maker, children| {
            let children = maker.tail(&own, children)?;
            Ok(vec!["<section>".to_owned(), format!("  {children}"), "</section>".to_owned()])
        })?;
        let tag = self.import(&own, &exported, path)?;
        self.within(path, &format!("<{tag}>"), &format!("</{tag}>"), depth, need, tail)
    }

    /// `<Part />`, which renders all the rest.
    fn part(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        if matches!(tail, Tail::Element(_)) {
            return self.layers(path, depth, need, tail);
        }
        let own = self.component_file("root")?;
        let name = self.fresh("Root");
        let exported = self.component(&own, &name, false, |maker, _| maker.layers(&own, depth, need, tail))?;
        let tag = self.import(&own, &exported, path)?;
        Ok(vec![format!("<{tag} />")])
    }

    /// `{enabled ? … : …}`
    fn condition(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        let flag = self.fresh("flag");
        self.file(path).lines.push(format!("const {flag} = Math.random() > 0.5;"));
        let is_twice = self.u.ratio(1, 4)?;
        let mut again = *need && is_twice;
        let first = self.layers(path, depth, need, tail)?;
        let second = self.layers(path, depth.min(1), &mut again, tail)?;
        let mut lines = vec!["<div>".to_owned()];
        match self.u.ratio(1, 3)? {
            true => {
                lines.push(format!("  {{{flag} && ("));
                lines.extend(first.iter().map(|line| format!("    {line}")));
            }
            false => {
                lines.push(format!("  {{{flag} ? ("));
                lines.extend(first.iter().map(|line| format!("    {line}")));
                lines.push("  ) : (".to_owned());
                lines.extend(second.iter().map(|line| format!("    {line}")));
            }
        }
        lines.extend(["  )}", "</div>"].map(str::to_owned));
        Ok(lines)
    }

    /// `const Wrapped = withConvex(App)`
    fn higher_order(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        let Tail::App = tail else { return self.layers(path, depth, need, tail) };
        let own = self.component_file("with")?;
        let name = self.fresh("withConvex");
        let lines = self.layers(&own, depth, need, &Tail::Element("Inner"))?;
        let types = if self.style.is_typescript { ": any" } else { "" };
        let (exported, before, after) = self.export(&name, true)?;
        let made = self.file(&own);
        made.lines.push(format!("{before}function {name}(Inner{types}) {{"));
        made.lines.push("  return function Wrapped() {".to_owned());
        made.lines.push("    return (".to_owned());
        made.lines.extend(lines.iter().map(|line| format!("      {line}")));
        made.lines.extend(["    );", "  };", "}"].map(str::to_owned));
        made.last.extend(after);
        let call = self.import(&own, &exported, path)?;
        let inner = self.tail(path, tail)?;
        let inner = inner.trim_matches(['<', '>', '/', ' ']).to_owned();
        let wrapped = self.fresh("Wrapped");
        self.file(path).lines.push(format!("const {wrapped} = {call}({inner});"));
        Ok(vec![format!("<{wrapped} />")])
    }

    /// Something beside it that only looks like a provider.
    fn beside(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        let inner = self.children(path, depth, need, tail)?;
        let other = [
            "<p>{\"<ConvexProvider>\"}</p>",
            "{/* <ConvexProvider client={convex}> */}",
            "<hr title=\"ConvexProvider\" />",
        ];
        let other = *self.u.choose(&other)?;
        let inner = inner.iter().map(|line| format!("  {line}"));
        Ok([String::from("<div>"), format!("  {other}")]
            .into_iter()
            .chain(inner)
            .chain([String::from("</div>")])
            .collect())
    }

    /// An app that has ClerkProvider already, here or there.
    fn clerk(&mut self, path: &str, depth: u8, need: &mut bool, tail: &Tail) -> Result<Vec<String>> {
        let package = if self.is_next { "@clerk/nextjs" } else { "@clerk/react" };
        let mut tag = "ClerkProvider".to_owned();
        if self.file(path).is_taken(&tag, package) {
            tag = self.fresh("Clerk");
            self.file(path).import(package, &format!("ClerkProvider as {tag}"));
        } else {
            self.file(path).import(package, &tag);
        }
        let key = if self.is_next { "" } else { " publishableKey={import.meta.env.VITE_CLERK_PUBLISHABLE_KEY}" };
        self.within(path, &format!("<{tag}{key}>"), &format!("</{tag}>"), depth, need, tail)
    }
}
