/** The life of the language client: one at a time, made anew at each start, since the server may then be another. */
import { dirname } from "node:path";

import * as vscode from "vscode";
import {
  CloseAction,
  type DocumentFilter,
  type ErrorHandler,
  type Executable,
  LanguageClient,
  State,
  type StaticFeature,
} from "vscode-languageclient/node";

import { type ServerCommand, SERVER_COMMANDS, type Views, executeCommand } from "./commands";
import { machine } from "./machine";
import { type Found, findServer } from "./server";

/** What the server reads of the open documents: sources, and the settings that say what an app is. */
export const DOCUMENTS: DocumentFilter[] = [
  ...["typescript", "typescriptreact", "javascript", "javascriptreact"].map((language) => ({ scheme: "file", language })),
  // Settings that a migration may change, whatever language they are taken for: an edit has to fit what is in the editor, saved or not.
  ...[
    "**/{package,tsconfig*,jsconfig*,convex,app,app.config,turbo,nx,project}.json",
    "**/{pnpm-workspace.yaml,.yarnrc.yml}",
    "**/{.env,env}*.{example,sample,template}*",
  ].map((pattern) => ({ scheme: "file", pattern })),
];

export class Client implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private stand: vscode.Disposable | undefined;
  /** What was asked for last; each waits for the one before. */
  private last: Promise<void> = Promise.resolve();

  constructor(private readonly views: Views) {
    this.standIn();
  }

  /** Starts the server, or says why there is none. */
  start(): Promise<void> {
    return this.after(() => this.begin());
  }

  restart(): Promise<void> {
    return this.after(async () => {
      await this.end();
      await this.begin();
    });
  }

  stop(): Promise<void> {
    return this.after(() => this.end());
  }

  dispose(): void {
    this.stand?.dispose();
    void this.stop();
  }

  private after(step: () => Promise<void>): Promise<void> {
    return (this.last = this.last.then(step).catch((error) => this.views.log.appendLine(String(error))));
  }

  private async begin(): Promise<void> {
    // One that crashed may be starting again by itself.
    if (this.client && this.client.state !== State.Stopped) return this.client.start();
    const found = find();
    if ("problem" in found) return tell(found.problem);
    this.views.log.appendLine(`Starting ${found.command} (${FROM[found.from]})`);
    const client = make(found.command, this.views, () => client);
    client.onDidChangeState(({ newState }) => this.follow(client, newState));
    this.client = client;
    await client.start();
  }

  private async end(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    // One that is in the middle of starting can't be stopped.
    if (client?.state === State.Starting) await client.start().catch(() => {});
    await client?.stop();
  }

  /** The language client registers the server's commands while it runs, and takes them back. They are ours in between. */
  private follow(client: LanguageClient, state: State): void {
    if (state === State.Running) this.stand?.dispose();
    // The client takes its commands back only after it has said that it stops.
    else if (state === State.Stopped) queueMicrotask(() => client.state === State.Stopped && this.standIn());
  }

  /** Registers the server's commands, so that each starts the server first. */
  private standIn(): void {
    this.stand?.dispose();
    const ids = Object.keys(SERVER_COMMANDS) as ServerCommand[];
    this.stand = vscode.Disposable.from(
      ...ids.map((id) =>
        vscode.commands.registerCommand(id, async (...args: unknown[]) => {
          await this.start();
          return this.client?.isRunning() ? vscode.commands.executeCommand(id, ...args) : undefined;
        }),
      ),
    );
  }
}

const FROM = { setting: "named by the setting", workspace: "from the workspace's packages", path: "from PATH" } as const;

function find(): Found {
  return findServer({
    ...machine(),
    setting: vscode.workspace.getConfiguration("convexClerk").get("server.path", ""),
    trusted: vscode.workspace.isTrusted,
    folders: (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === "file").map(({ uri }) => uri.fsPath),
  });
}

/** `self` gives the client that is made, for what is called once it runs. */
function make(command: string, views: Views, self: () => LanguageClient): LanguageClient {
  // The server has nothing to look for in the folder that it starts in: it is told the workspace's folders.
  const server: Executable = { command, args: ["lsp"], options: { cwd: dirname(command) } };
  const client = new TolerantClient("convexClerk", "Convex Clerk", server, {
    documentSelector: DOCUMENTS,
    outputChannel: views.log,
    synchronize: { configurationSection: "convexClerk" },
    middleware: {
      executeCommand: executeCommand(self, views),
      workspace: { configuration: async (params, token, next) => withoutEmpty(await next(params, token)) },
    },
    // That it can't be started is told once, by the client's start.
    initializationFailedHandler: () => false,
    errorHandler: errorHandler(self),
  });
  client.registerFeature(WITHOUT_ANNOTATIONS);
  return client;
}

/**
 * Of changes that have to be confirmed the editor makes a list in which nothing is ticked: applied as it is it does nothing, and in part it
 * leaves an app between two providers. Here a migration is asked for by name, and there is a page to look at before; so it is made whole.
 */
const WITHOUT_ANNOTATIONS: StaticFeature = {
  fillClientCapabilities: ({ workspace }) => delete workspace?.workspaceEdit?.changeAnnotationSupport,
  initialize() {},
  getState: () => ({ kind: "static" }),
  clear() {},
};

/** Settings as the server takes them: what the settings editor leaves empty is not set. */
function withoutEmpty<T>(settings: T): T {
  return JSON.parse(JSON.stringify(settings), (_, value: unknown) => (value === "" ? null : value)) as T;
}

/** Stops whatever there is: the language client's own way fails for a server that never came up, and nobody listens to that. */
class TolerantClient extends LanguageClient {
  override stop(timeout?: number): Promise<void> {
    return super.stop(timeout).catch(() => {});
  }
}

/** A server that crashes is started again, but not one that never ran: it would only end again. */
function errorHandler(self: () => LanguageClient): ErrorHandler {
  let hasRun = false;
  let usualHandler: ErrorHandler | undefined;
  const usual = () => (usualHandler ??= self().createDefaultErrorHandler());
  return {
    error: (...details) => usual().error(...details),
    closed: async () => {
      hasRun ||= self().state === State.Running;
      if (hasRun) return usual().closed();
      // What waits for the start hears of its failure first.
      await new Promise(setImmediate);
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}

const INSTALL = "How to Install";
const TRUST = "Manage Trust";
/** The part of the README that says how convex-clerk is installed. */
export const INSTALL_PAGE = "https://github.com/convex-clerk/convex-clerk#install";

function tell(problem: string): void {
  const ways = vscode.workspace.isTrusted ? [INSTALL] : [INSTALL, TRUST];
  void vscode.window.showWarningMessage(problem, ...ways).then((chosen) => {
    if (chosen === INSTALL) void vscode.env.openExternal(vscode.Uri.parse(INSTALL_PAGE));
    if (chosen === TRUST) void vscode.commands.executeCommand("workbench.trust.manage");
  });
}
