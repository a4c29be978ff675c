//! What an editor says of a call of a Convex function: `useQuery(api.tasks.list)` needs an identity, through `requireUser(ctx)`.

use change::{Location, RelPath, TextRange};

use crate::apps::{self, Choice};
use crate::ctx::Ctx;
use crate::graph::backend::function_name;
use crate::graph::functions::{FunctionGraph, api_path};
use crate::graph::modules::Modules;
use crate::graph::resolve::Resolver;
use crate::graph::sources::Sources;
use crate::picture::{PictureFunction, PictureIdentity};
use crate::workspace::Workspace;
use crate::{Options, PlanError};

/// What stands in a file for a Convex function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCall {
    /// Where, in byte offsets: `api.tasks.list`.
    pub range: TextRange,
    /// The function.
    pub function: PictureFunction,
    /// The calls through which it reads the identity, the nearest first.
    pub through: Vec<Location>,
}

/// The Convex function that is named at a place of a file, as an argument of a call.
pub(crate) fn call_at(workspace: &Workspace, path: &RelPath, offset: u32) -> Result<Option<FunctionCall>, PlanError> {
    let options = Options::default();
    for candidate in apps::candidates(workspace, &[])? {
        let Ok(Choice::Framework(framework)) = candidate.choice(workspace, None) else { continue };
        let ctx = Ctx::new(workspace, &candidate.app, framework, &options);
        if let Some(found) = in_app(&ctx, path, offset) {
            return Ok(Some(found));
        }
    }
    Ok(None)
}

fn in_app(ctx: &Ctx<'_>, path: &RelPath, offset: u32) -> Option<FunctionCall> {
    let functions = ctx.functions()?;
    let resolver = Resolver::of(ctx.workspace);
    let sources = Sources::of(ctx.workspace, ctx.app, &resolver).with(functions.facts(ctx));
    let modules = Modules::new(&sources, &resolver);
    let file = sources.id(path)?;
    let arguments = sources.facts(file).flow.calls.iter().flat_map(|call| call.arguments.iter().zip(&call.ranges));
    let here = arguments.filter(|(_, range)| range.start() <= offset && offset <= range.end());
    let named = here.filter_map(|(value, range)| Some((*range, api_path(&modules, file, value)?)));
    let (range, path) = named.filter(|(_, path)| !path.is_empty()).min_by_key(|(range, _)| range.len())?;
    let graph = FunctionGraph::new(&modules, &functions.folder);
    let known = graph.all().into_iter().find(|function| function.path == path)?;
    let function = PictureFunction {
        name: function_name(&path),
        kind: known.kind.as_str(),
        identity: PictureIdentity::from(known.identity),
        location: Some(known.location),
    };
    Some(FunctionCall { range, function, through: graph.through(&path) })
}
