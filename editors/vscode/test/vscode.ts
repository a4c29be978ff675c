/**
 * Stands in for the editor's module: as much of it as the extension uses, and what lets the language client come up. `editor` says what the
 * user would see, and what the user has set.
 */
import { pathToFileURL } from "node:url";

type Listener = (event: never) => unknown;

class Disposable {
  constructor(readonly dispose: () => unknown) {}

  static from(...all: Disposable[]): Disposable {
    return new Disposable(() => all.forEach((one) => one.dispose()));
  }
}

class CancellationError extends Error {}

class EventEmitter {
  private readonly listeners = new Set<Listener>();
  event = (listener: Listener, self?: unknown): Disposable => {
    const bound = listener.bind(self) as Listener;
    this.listeners.add(bound);
    return new Disposable(() => this.listeners.delete(bound));
  };
  fire(event?: unknown): void {
    for (const listener of [...this.listeners]) listener(event as never);
  }
  dispose(): void {
    this.listeners.clear();
  }
}

class CancellationTokenSource {
  private readonly cancelled = new EventEmitter();
  readonly token = { isCancellationRequested: false, onCancellationRequested: this.cancelled.event };
  cancel(): void {
    this.token.isCancellationRequested = true;
    this.cancelled.fire();
  }
  dispose(): void {}
}

class Uri {
  private constructor(
    readonly scheme: string,
    readonly fsPath: string,
    private readonly text: string,
  ) {}
  static file(path: string): Uri {
    return new Uri("file", path, pathToFileURL(path).href);
  }
  static parse(text: string): Uri {
    const { protocol, pathname } = new URL(text);
    return new Uri(protocol.slice(0, -1), decodeURIComponent(pathname), text);
  }
  toString(): string {
    return this.text;
  }
}

export interface Panel {
  type: string;
  title: string;
  options: { enableScripts?: boolean; localResourceRoots?: unknown[] };
  webview: { html: string; options: unknown };
  dispose(): void;
}

/** What the user sees, and has set. */
export const editor = {
  said: [] as { kind: string; message: string; ways: string[] }[],
  /** The button that is chosen on the next message. */
  choose: undefined as string | undefined,
  log: "",
  panels: [] as Panel[],
  progress: [] as unknown[],
  opened: [] as string[],
  ran: [] as string[],
  commands: new Map<string, (...args: unknown[]) => unknown>(),
  settings: {} as Record<string, unknown>,
  cancel: undefined as CancellationTokenSource | undefined,
  themed: new EventEmitter(),
  trustGranted: new EventEmitter(),
  configured: new EventEmitter(),
  edits: [] as unknown[],
};

function say(kind: string) {
  return async (message: string, ...ways: string[]) => {
    editor.said.push({ kind, message, ways });
    const { choose } = editor;
    editor.choose = undefined;
    return choose;
  };
}

const window = {
  activeTextEditor: undefined as unknown,
  visibleTextEditors: [] as unknown[],
  activeColorTheme: { kind: 2 },
  onDidChangeActiveColorTheme: editor.themed.event,
  showInformationMessage: say("information"),
  showWarningMessage: say("warning"),
  showErrorMessage: say("error"),
  createOutputChannel: () => ({
    append: (text: string) => (editor.log += text),
    appendLine: (text: string) => (editor.log += `${text}\n`),
    show() {},
    dispose() {},
  }),
  withProgress(_options: unknown, task: (progress: unknown, token: unknown) => Promise<unknown>) {
    editor.cancel = new CancellationTokenSource();
    return task({ report: (step: unknown) => editor.progress.push(step) }, editor.cancel.token);
  },
  createWebviewPanel(type: string, title: string, _column: unknown, options: Panel["options"]) {
    const disposed = new EventEmitter();
    const panel = {
      type,
      title,
      options,
      webview: { html: "", options },
      reveal() {},
      onDidDispose: disposed.event,
      dispose() {
        editor.panels.splice(editor.panels.indexOf(panel), 1);
        disposed.fire();
      },
    };
    editor.panels.push(panel);
    return panel;
  },
};

const commands = {
  registerCommand(id: string, run: (...args: unknown[]) => unknown) {
    if (editor.commands.has(id)) throw new Error(`command ${id} is there already`);
    editor.commands.set(id, run);
    return new Disposable(() => editor.commands.delete(id));
  },
  async executeCommand(id: string, ...args: unknown[]) {
    editor.ran.push(id);
    return editor.commands.get(id)?.(...args);
  },
};

const workspace = {
  isTrusted: true,
  workspaceFolders: [] as unknown[],
  textDocuments: [] as unknown[],
  onDidGrantWorkspaceTrust: editor.trustGranted.event,
  onDidChangeConfiguration: editor.configured.event,
  getConfiguration: (section?: string) => ({
    get: (key: string, otherwise?: unknown) => editor.settings[section ? `${section}.${key}` : key] ?? otherwise,
  }),
  applyEdit: async (edit: unknown) => (editor.edits.push(edit), true),
};

/** A namespace whose other members are events that never come, and providers that nobody asks. */
function quiet<T extends object>(known: T): T {
  return new Proxy(known, { get: (target, name) => (name in target ? target[name as keyof T] : () => new Disposable(() => {})) });
}

/** Every kind of code action: none is asked for. */
const codeActionKind: object = { append: () => codeActionKind };

const known = {
  CancellationError,
  CancellationTokenSource,
  CodeActionKind: { Empty: codeActionKind },
  ColorThemeKind: { Light: 1, Dark: 2, HighContrast: 3, HighContrastLight: 4 },
  Disposable,
  EventEmitter,
  ProgressLocation: { Notification: 15 },
  Uri,
  ViewColumn: { Beside: -2 },
  commands,
  env: { appName: "stand-in", language: "en", openExternal: async (uri: Uri) => editor.opened.push(String(uri)) },
  languages: quiet({ match: () => 0 }),
  version: "1.82.0",
  window: quiet(window),
  workspace: quiet(workspace),
};

/** With a class of no members for each one that the language client extends. */
export const standIn = new Proxy(known, { get: (target, name) => (name in target ? target[name as keyof typeof target] : class {}) });

export { CancellationError, CancellationTokenSource, Disposable, EventEmitter, Uri, commands, window, workspace };
export const { ColorThemeKind, ProgressLocation, ViewColumn, env } = known;
