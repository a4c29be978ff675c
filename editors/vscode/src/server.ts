/**
 * Where the server is. Nothing here runs anything or asks the editor: what is known of the machine and the workspace goes in, a path or a
 * sentence for the user comes out.
 */
import { dirname, isAbsolute, join, relative, resolve } from "node:path";

import platforms from "../../../npm/platforms.json";

/** This machine, in npm's words. */
export interface Machine {
  os: string;
  cpu: string;
}

export interface Surroundings {
  /** The setting `convexClerk.server.path`; empty where it isn't set. */
  setting: string;
  /** Whether the user trusts the workspace: only then may anything that lies in it be run. */
  trusted: boolean;
  /** The folders of the workspace. */
  folders: readonly string[];
  /** The variable `PATH`, split. */
  path: readonly string[];
  home: string;
  machine: Machine;
  /** Whether there is a file that can be run. */
  isExecutable(file: string): boolean;
  /** The folder without links; itself where there is none. */
  realpath(folder: string): string;
}

export type Found = { command: string; from: "setting" | "workspace" | "path" } | { problem: string };

/** The first server of: the setting, the npm package in the workspace, `PATH`. A setting that leads nowhere is not passed over. */
export function findServer(around: Surroundings): Found {
  if (around.setting.trim() !== "") return fromSetting(around, around.setting.trim());
  const installed = around.trusted ? first(around.folders, (folder) => inNodeModules(around, join(folder, "node_modules"))) : undefined;
  if (installed) return { command: installed, from: "workspace" };
  const onPath = first(
    around.path.filter((entry) => isSafe(around, entry)),
    (entry) => inPathEntry(around, entry),
  );
  if (onPath) return { command: onPath, from: "path" };
  return { problem: `${around.trusted ? NOT_INSTALLED : NOT_LOOKED_AT}, then restart the server.` };
}

const NOT_INSTALLED =
  "convex-clerk is not installed. Add it to the app with npm install --save-dev convex-clerk, or name it in the setting convexClerk.server.path";
const NOT_LOOKED_AT =
  "convex-clerk is not on PATH, and the packages of a workspace that is not trusted are not looked at. " +
  "Trust the workspace, or name convex-clerk in your own setting convexClerk.server.path";

function fromSetting({ setting, trusted, folders, home, isExecutable }: Surroundings, path = setting): Found {
  const file = absolute(path, home, trusted ? folders[0] : undefined);
  if (!file) return { problem: `The setting convexClerk.server.path has to be a whole path: ${path} could be anywhere.` };
  if (isExecutable(file)) return { command: file, from: "setting" };
  return { problem: `The setting convexClerk.server.path says ${path}, but ${file} is no program.` };
}

/** A path of the user's, or nothing if it is relative and there is no folder that it may be relative to. */
function absolute(path: string, home: string, folder: string | undefined): string | undefined {
  if (/^~[/\\]/.test(path)) return join(home, path.slice(2));
  if (isAbsolute(path)) return path;
  return folder && resolve(folder, path);
}

/**
 * The binary of the platform's package. Its launcher would find the same one, but is a script: it would need Node, and stand between the
 * editor and the server.
 */
function inNodeModules({ machine, isExecutable, realpath }: Surroundings, folder: string): string | undefined {
  // npm and Yarn put the platform's package beside the launcher or into it, pnpm beside what its link leads to.
  const launcher = join(folder, "convex-clerk");
  const places = [folder, join(launcher, "node_modules"), dirname(realpath(launcher))];
  return first(fitting(machine), (platform) =>
    first(places, (place) => {
      const file = join(place, platform.package, platform.binary);
      return isExecutable(file) ? file : undefined;
    }),
  );
}

/** The packages for a machine. Of those for two C libraries npm installs the one that fits, so what is there says which. */
function fitting({ os, cpu }: Machine): typeof platforms {
  return platforms.filter((platform) => platform.os === os && platform.cpu.includes(cpu));
}

function inPathEntry(around: Surroundings, entry: string): string | undefined {
  const windows = around.machine.os === "win32";
  const file = join(entry, windows ? "convex-clerk.exe" : "convex-clerk");
  if (around.isExecutable(file)) return file;
  // What npm installs globally is, on Windows, a script that only a shell starts; the package lies beside it.
  return windows ? inNodeModules(around, join(entry, "node_modules")) : undefined;
}

/** Whether an entry of `PATH` may be looked at: a relative one would mean the workspace, and one inside it is as trusted as it is. */
function isSafe({ trusted, folders, realpath }: Surroundings, entry: string): boolean {
  if (!isAbsolute(entry)) return false;
  return trusted || !folders.some((folder) => isInside(realpath(entry), realpath(folder)) || isInside(entry, folder));
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (!/^\.\.(?:[/\\]|$)/.test(way) && !isAbsolute(way));
}

/** The first answer that there is. */
function first<T, R>(items: readonly T[], ask: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const answer = ask(item);
    if (answer !== undefined) return answer;
  }
  return undefined;
}
