import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { PLAIN, Panels, graphPage, inTheme, isStrict } from "../src/panels";
import { editor, window } from "./vscode";

const HASH = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
const page = (policy: string, before = "") =>
  `<!doctype html><html><head><meta charset="utf-8">${before}\n<meta http-equiv="Content-Security-Policy" content="${policy}"></head><body></body></html>`;
const STRICT = `default-src 'none'; script-src ${HASH}; style-src ${HASH}; base-uri 'none'; form-action 'none'`;
const GRAPH = { title: "A <graph>", svg: "<svg><style>@media (prefers-color-scheme:dark){a{}}</style></svg>", text: "App -> <List>" };

test("a page of the server may run scripts only under a policy of hashes", () => {
  assert.ok(isStrict(page(STRICT)));
  for (const [what, html] of Object.entries({
    "no policy": "<!doctype html><html></html>",
    "a policy behind a script": page(STRICT, "<script></script>"),
    "a policy behind a style sheet": page(STRICT, "<link rel=stylesheet>"),
    "open by default": page(STRICT.replace("'none'", "*")),
    "inline scripts": page(STRICT.replace(HASH, "'unsafe-inline'")),
    "scripts from elsewhere": page(STRICT.replace(HASH, "https:")),
    "inline styles": page(STRICT.replace(`style-src ${HASH}`, "style-src 'unsafe-inline'")),
    "scripts by another directive": page(`${STRICT}; script-src-elem *`),
    connections: page(`${STRICT}; connect-src https:`),
    "another base": page(STRICT.replace("base-uri 'none'; ", "")),
  })) {
    assert.ok(!isStrict(html), what);
  }
});

test("the preview keeps its own policy and is given no folder", () => {
  const panels = new Panels();
  panels.showPreview({ title: "Move to Clerk", html: page(STRICT) });
  assert.equal(editor.panels[0]?.webview.html, page(STRICT));
  assert.deepEqual(editor.panels[0]?.options, {
    enableScripts: true,
    retainContextWhenHidden: true,
    enableFindWidget: true,
    localResourceRoots: [],
  });
  panels.showPreview({ title: "Again", html: "<p>Without a policy</p>" });
  assert.equal(editor.panels.length, 1);
  assert.equal(editor.panels[0]?.title, "Again");
  assert.deepEqual(editor.panels[0]?.webview.options, { enableScripts: false, localResourceRoots: [] });
  panels.dispose();
  assert.equal(editor.panels.length, 0);
});

test("the preview is in the theme's colours, and its policy still knows its style sheet", () => {
  const hash = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const html = (scheme: string, sheet: string) =>
    page(`default-src 'none'; style-src ${hash(sheet)}`, `<meta name="color-scheme" content="${scheme}">`).replace(
      "</head>",
      () => `<style>${sheet}</style></head>`,
    );
  const before = html("light dark", "@media (prefers-color-scheme: dark) { a { color: $& } }");
  assert.equal(inTheme(before, true), html("dark", PLAIN + "@media all { a { color: $& } }"));
  assert.equal(inTheme(before, false), html("light", PLAIN + "@media not all { a { color: $& } }"));
  const unknown = page(STRICT).replace("</head>", "<style>@media (prefers-color-scheme: dark) {}</style></head>");
  assert.equal(inTheme(unknown, true), unknown);
});

test("the page of the graph allows its own style sheets and nothing else", () => {
  const html = graphPage(GRAPH, true, "bm9uY2U=");
  const [, policy] = /content="([^"]*)">/.exec(html) ?? [];
  assert.equal(policy, "default-src 'none'; style-src 'nonce-bm9uY2U='; base-uri 'none'; form-action 'none'");
  assert.equal(html.match(/<style/g)?.length, html.match(/<style nonce="bm9uY2U=">/g)?.length);
  assert.ok(html.includes("<title>A &lt;graph&gt;</title>") && html.includes("App -&gt; &lt;List&gt;"));
  assert.notEqual(graphPage(GRAPH, true), graphPage(GRAPH, true), "each page has a number of its own");
});

test("the graph follows the theme, not the system", () => {
  const panels = new Panels();
  window.activeColorTheme.kind = 2;
  panels.showGraph(GRAPH);
  assert.equal(editor.panels[0]?.options.enableScripts, false);
  assert.match(editor.panels[0].webview.html, /@media all\{/);
  window.activeColorTheme.kind = 1;
  editor.themed.fire();
  assert.match(editor.panels[0].webview.html, /@media not all\{/);
  assert.match(editor.panels[0].webview.html, /color-scheme: light/);
  const panel = editor.panels[0];
  panel.dispose();
  panel.webview.html = "closed";
  editor.themed.fire();
  assert.equal(panel.webview.html, "closed");
  panels.dispose();
});
