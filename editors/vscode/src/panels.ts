/** The pages that commands show beside the editor, and what each of them is allowed. */
import { createHash, randomBytes } from "node:crypto";

import * as vscode from "vscode";

/** What the server gives for `convexClerk.preview`. */
export interface Preview {
  title: string;
  html: string;
}

/** What the server gives for `convexClerk.graph`. */
export interface Graph {
  title: string;
  svg: string;
  text: string;
}

/** One panel for each kind of page: another answer takes the place of the last one. */
export class Panels implements vscode.Disposable {
  private readonly open = new Map<string, vscode.WebviewPanel>();
  private graph: Graph | undefined;
  /** The preview stays as it is: what is ticked in it would be lost. */
  private readonly onTheme = vscode.window.onDidChangeActiveColorTheme(() => this.drawGraph());

  /** Shows the server's own page. Its scripts run only under a policy that keeps everything else out. */
  showPreview({ title, html }: Preview): void {
    const panel = this.show("convexClerk.preview", title, { enableScripts: isStrict(html), retainContextWhenHidden: true });
    panel.webview.html = inTheme(html, isDark(vscode.window.activeColorTheme.kind));
  }

  /** Shows the picture, which takes no scripts. */
  showGraph(graph: Graph): void {
    this.graph = graph;
    this.show("convexClerk.graph", graph.title, { enableScripts: false });
    this.drawGraph();
  }

  private drawGraph(): void {
    const panel = this.open.get("convexClerk.graph");
    if (panel && this.graph) panel.webview.html = graphPage(this.graph, isDark(vscode.window.activeColorTheme.kind));
  }

  private show(type: string, title: string, options: vscode.WebviewOptions & vscode.WebviewPanelOptions): vscode.WebviewPanel {
    const before = this.open.get(type);
    if (before) {
      before.title = title;
      before.webview.options = { enableScripts: options.enableScripts ?? false, localResourceRoots: [] };
      before.reveal(undefined, true);
      return before;
    }
    const column = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true };
    const panel = vscode.window.createWebviewPanel(type, title, column, { ...options, enableFindWidget: true, localResourceRoots: [] });
    panel.onDidDispose(() => this.open.delete(type));
    this.open.set(type, panel);
    return panel;
  }

  dispose(): void {
    this.onTheme.dispose();
    for (const panel of [...this.open.values()]) panel.dispose();
  }
}

/** Whether a page brings a policy that lets nothing in but what it names by hashes. */
export function isStrict(html: string): boolean {
  const meta = /<meta http-equiv="Content-Security-Policy" content="([^"]*)">/.exec(html);
  // A policy holds for what stands after it.
  if (!meta?.[1] || /<(?:script|style|link|body)\b/i.test(html.slice(0, meta.index))) return false;
  const directives = meta[1].split(";").map((directive) => directive.trim().split(/\s+/));
  const isHash = (source: string) => source === "'none'" || /^'sha(?:256|384|512)-[\w+/=-]+'$/.test(source);
  const isClosed = ([name, ...sources]: string[]) =>
    name === "script-src" || name === "style-src" ? sources.every(isHash) : sources.join() === "'none'";
  const isNamed = (wanted: string) => directives.some(([name]) => name === wanted);
  return directives.every(isClosed) && ["default-src", "base-uri", "form-action"].every(isNamed);
}

/** A page of the server in the theme's colours. Its policy knows its style sheets by their hashes. */
export function inTheme(html: string, dark: boolean): string {
  const sheets = [...html.matchAll(/<style>([^]*?)<\/style>/g)].map(([, sheet = ""]) => sheet);
  return sheets
    .filter((sheet) => html.includes(hash(sheet)))
    .reduce(
      (page, sheet) => {
        const themed = PLAIN + sheetInTheme(sheet, dark);
        return page.replace(sheet, () => themed).replace(hash(sheet), () => hash(themed));
      },
      html.replace('<meta name="color-scheme" content="light dark">', `<meta name="color-scheme" content="${dark ? "dark" : "light"}">`),
    );
}

/** Takes back, before a page says what it wants, what the editor's own style sheet adds to every page. */
export const PLAIN = "body{padding:0}code,a code{background:none;border-radius:0;color:inherit;padding:0}\n";

/** Style sheets follow what the system prefers, which the theme need not. */
function sheetInTheme(sheet: string, dark: boolean): string {
  return sheet.replace(/\(prefers-color-scheme:\s*dark\)/g, dark ? "all" : "not all");
}

function hash(text: string): string {
  return `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
}

/** The picture in a page that allows style sheets that this call wrote down, and nothing else. */
export function graphPage({ title, svg, text }: Graph, dark: boolean, nonce = randomBytes(16).toString("base64")): string {
  const picture = sheetInTheme(svg, dark).replace(/<style>/g, `<style nonce="${nonce}">`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'">
<title>${escape(title)}</title>
<style nonce="${nonce}">
html { color-scheme: ${dark ? "dark" : "light"}; }
body { margin: 0; padding: 0; background: ${dark ? "#0d1117" : "#ffffff"}; color: ${dark ? "#e6edf3" : "#1f2328"}; }
svg { display: block; }
details { margin: 0 24px 24px; }
pre { font-family: var(--vscode-editor-font-family, monospace); }
</style>
</head>
<body>
${picture}
<details><summary>The same as text</summary><pre>${escape(text)}</pre></details>
</body>
</html>
`;
}

function isDark(kind: vscode.ColorThemeKind): boolean {
  return kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
}

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
}
