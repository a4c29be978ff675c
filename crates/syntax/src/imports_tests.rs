//! Tests of the layout of imports.

use super::*;
use crate::parse::tests::parsed;
use crate::style::{LineEnding, Quote};

fn add(module: &str, name: &str, local: &str) -> ImportChange {
    ImportChange::Add {
        module: module.to_owned(),
        name: ImportedName::Named(name.to_owned()),
        local: local.to_owned(),
        type_only: false,
        beside: Some("convex/react".to_owned()),
    }
}

/// The change that a migration asks for.
fn migration() -> Vec<ImportChange> {
    vec![
        ImportChange::Drop { local: "ConvexProvider".to_owned() },
        add("convex/react-clerk", "ConvexProviderWithClerk", "ConvexProviderWithClerk"),
        add("@clerk/react", "ClerkProvider", "ClerkProvider"),
        add("@clerk/react", "useAuth", "useAuth"),
    ]
}

#[track_caller]
fn check(style: &Style, changes: &[ImportChange], before: &str, after: &str) {
    let edited =
        parsed("a.tsx", before, |module| import_edits(&module, style, changes).unwrap().apply(module.text()).unwrap());
    assert_eq!(edited, after);
}

#[track_caller]
fn check_migration(before: &str, after: &str) {
    check(&Style::default(), &migration(), before, after);
}

#[test]
fn new_imports_stand_beside_the_one_they_belong_to() {
    check_migration(
        "import React from \"react\";\nimport { ConvexProvider, ConvexReactClient } from \"convex/react\"; // convex\nimport \"./a.css\";\n",
        "import React from \"react\";\nimport { ConvexReactClient } from \"convex/react\"; // convex\nimport { ClerkProvider, useAuth } from \"@clerk/react\";\nimport { ConvexProviderWithClerk } from \"convex/react-clerk\";\nimport \"./a.css\";\n",
    );
}

#[test]
fn an_import_with_nothing_left_gives_its_place_away() {
    check_migration(
        "// header\n\n// Convex\nimport { ConvexProvider } from \"convex/react\";\nimport x from \"./x\";\n",
        "// header\n\n// Convex\nimport { ClerkProvider, useAuth } from \"@clerk/react\";\nimport { ConvexProviderWithClerk } from \"convex/react-clerk\";\nimport x from \"./x\";\n",
    );
    let only_drop = &migration()[..1];
    check(&Style::default(), only_drop, "import { ConvexProvider } from \"convex/react\";\nf();\n", "f();\n");
}

#[test]
fn sorted_package_imports_stay_sorted() {
    check_migration(
        "import { ConvexProvider, useQuery } from \"convex/react\";\nimport React from \"react\";\nimport { createRoot } from \"react-dom/client\";\nimport App from \"./App\";\n",
        "import { ClerkProvider, useAuth } from \"@clerk/react\";\nimport { useQuery } from \"convex/react\";\nimport { ConvexProviderWithClerk } from \"convex/react-clerk\";\nimport React from \"react\";\nimport { createRoot } from \"react-dom/client\";\nimport App from \"./App\";\n",
    );
}

#[test]
fn names_join_an_import_of_their_module() {
    let add = [add("m", "b", "b")];
    let style = Style::default();
    check(&style, &add, "import { a } from \"m\";\n", "import { a, b } from \"m\";\n");
    check(
        &style,
        &add,
        "import {\n  a,\n  /* c */ c,\n} from 'm'\n",
        "import {\n  a,\n  /* c */ c,\n  b,\n} from 'm'\n",
    );
    check(&style, &add, "import {a} from 'm'\n", "import {a, b} from 'm'\n");
    check(&style, &add, "import m from 'm'\n", "import m, { b } from 'm'\n");
    check(&style, &add, "import { b } from \"m\";\n", "import { b } from \"m\";\n");
    check(&style, &add, "import type { a } from \"m\";\n", "import type { a } from \"m\";\nimport { b } from \"m\";\n");
    check(&style, &add, "import * as m from \"m\";\n", "import * as m from \"m\";\nimport { b } from \"m\";\n");
}

#[test]
fn a_list_of_many_lines_closes_up_where_it_fits() {
    let drop = &migration()[..1];
    check(
        &Style { width: 60, ..Style::default() },
        drop,
        "import {\n  ConvexProvider,\n  ConvexReactClient,\n  useQuery,\n} from \"convex/react\";\n",
        "import { ConvexReactClient, useQuery } from \"convex/react\";\n",
    );
}

#[test]
fn comments_in_a_list_stay() {
    let drop = &migration()[..1];
    for (before, after) in [
        ("import {\n  ConvexProvider, // plain\n  b,\n} from 'm'\n", "import {\n  // plain\n  b,\n} from 'm'\n"),
        (
            "import {\n  // plain\n  ConvexProvider,\n  // b\n  b,\n} from 'm'\n",
            "import {\n  // plain\n  // b\n  b,\n} from 'm'\n",
        ),
        ("import { a, /* plain */ ConvexProvider } from 'm'\n", "import { a, /* plain */ } from 'm'\n"),
        ("import { ConvexProvider /* plain */, b } from 'm'\n", "import { /* plain */ b } from 'm'\n"),
        ("import {a, ConvexProvider, b} from 'm'\n", "import {a, b} from 'm'\n"),
        ("import {a, ConvexProvider} from 'm'\n", "import {a} from 'm'\n"),
        ("import m, { ConvexProvider } from 'm'\n", "import m from 'm'\n"),
        ("import ConvexProvider, { a } from 'm'\n", "import { a } from 'm'\n"),
    ] {
        check(&Style::default(), drop, before, after);
    }
}

#[test]
fn style_is_followed() {
    let style = Style {
        quote: Quote::Single,
        semicolons: false,
        bracket_spacing: false,
        eol: LineEnding::CrLf,
        ..Style::default()
    };
    check(
        &style,
        &[add("m", "b", "c")],
        "import {a} from 'convex/react'\r\nf()",
        "import {a} from 'convex/react'\r\nimport {b as c} from 'm'\r\nf()",
    );
}

#[test]
fn a_file_without_imports_gets_them_at_its_top() {
    let add = [add("m", "b", "b")];
    for (before, after) in [
        ("\u{feff}f();\n", "\u{feff}import { b } from \"m\";\n\nf();\n"),
        ("\"use client\"; // why\n\nf();\n", "\"use client\"; // why\n\nimport { b } from \"m\";\n\nf();\n"),
        ("#!/usr/bin/env node\n// c\nf();\n", "#!/usr/bin/env node\n// c\nimport { b } from \"m\";\n\nf();\n"),
    ] {
        check(&Style::default(), &add, before, after);
    }
}

#[test]
fn types_behind_a_blank_line_are_another_list() {
    check(
        &Style::default(),
        &[add("m", "b", "b")],
        "import z from \"z\";\nimport y from \"y\";\nimport \"./a.css\";\n\nimport type { T } from \"t\";\n",
        "import z from \"z\";\nimport y from \"y\";\nimport { b } from \"m\";\nimport \"./a.css\";\n\nimport type { T } from \"t\";\n",
    );
    check(
        &Style::default(),
        &[add("m", "b", "b")],
        "import z from \"z\";\nimport type { T } from \"t\";\nimport a from \"./a\";\n",
        "import z from \"z\";\nimport type { T } from \"t\";\nimport { b } from \"m\";\nimport a from \"./a\";\n",
    );
}

#[test]
fn an_import_that_goes_gives_its_place_to_the_new_ones() {
    check_migration(
        "import { ConvexReactClient } from \"convex/react\"; import { ConvexProvider } from \"convex/react\";\nf();\n",
        "import { ConvexReactClient } from \"convex/react\"; import { ClerkProvider, useAuth } from \"@clerk/react\";\nimport { ConvexProviderWithClerk } from \"convex/react-clerk\";\nf();\n",
    );
}

#[test]
fn a_file_that_marks_each_name_as_a_type_goes_on_so() {
    let types = ImportChange::Add {
        module: "b".to_owned(),
        name: ImportedName::Named("B".to_owned()),
        local: "B".to_owned(),
        type_only: true,
        beside: None,
    };
    for (before, after) in [
        ("import { type A } from \"a\";\n", "import { type A } from \"a\";\nimport { type B } from \"b\";\n"),
        ("import type { A } from \"a\";\n", "import type { A } from \"a\";\nimport type { B } from \"b\";\n"),
        ("import { a } from \"a\";\n", "import { a } from \"a\";\nimport type { B } from \"b\";\n"),
    ] {
        check(&Style::default(), std::slice::from_ref(&types), before, after);
    }
}
