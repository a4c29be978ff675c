//! Mocks in tests that a migration would leave silent: they stand in for a provider that the app renders no more.
//!
//! ```ts
//! vi.mock("convex/react", () => ({ ConvexProvider: ({ children }) => children, useQuery: () => [] }));
//! ```

use change::{Finding, GroupId, Location, Severity};
use syntax::{FileFacts, Value};

use crate::ctx::Ctx;
use crate::known::{CONVEX_PROVIDER, CONVEX_REACT};

/// Notes on the mocks of an app's tests.
pub(crate) fn silent(ctx: &Ctx<'_>, group: &GroupId) -> Vec<Finding> {
    let folder = ctx.app.id.folder();
    let own = ctx.workspace.files.iter().filter(|(path, _)| ctx.workspace.package_of(path) == Some(folder));
    let read = own
        .filter(|(_, file)| file.names.providers || file.names.is_escaped)
        .filter_map(|(path, file)| Some((path, file.facts().ok()?)));
    let mocks = read.flat_map(|(path, facts)| {
        let calls = facts.flow.calls.iter().filter(|call| is_mock(facts, call));
        calls.map(|call| Location { path: path.clone(), range: call.range }).collect::<Vec<_>>()
    });
    mocks
        .map(|location| {
            let message = "this mock stands in for ConvexProvider, which the app renders no more";
            let mut finding = Finding::new("mocked-provider", Severity::Note, message);
            finding.app = Some(ctx.app.id.clone());
            finding.location = Some(location);
            finding.help =
                Some("mock ConvexProviderWithClerk of convex/react-clerk and Clerk's package as well".to_owned());
            finding.group = Some(group.clone());
            finding
        })
        .collect()
}

/// `vi.mock("convex/react", …)`, `jest.mock(…)` with a factory that has a ConvexProvider.
fn is_mock(facts: &FileFacts, call: &syntax::CallFlow) -> bool {
    let is_named = matches!(&call.callee, Value::Member(_, name) if ["mock", "doMock", "unstable_mockModule"].contains(&name.as_str()))
        || matches!(&call.callee, Value::Imported(imported) if imported.module == "vitest");
    let is_convex =
        matches!(call.arguments.first(), Some(Value::Text(module) | Value::Module(module)) if module == CONVEX_REACT);
    let returns = call.arguments.get(1).into_iter().flat_map(|factory| match factory {
        Value::Function(id) => facts.flow.function(*id).map_or(&[][..], |function| &function.returns),
        _ => &[],
    });
    is_named
        && is_convex
        && returns.into_iter().any(|value| match value {
            Value::Object(props) => props.iter().any(|(name, _)| name.as_deref() == Some(CONVEX_PROVIDER)),
            _ => false,
        })
}
