// Packs the extension: builds it, puts its licence beside it, and writes convex-clerk-VERSION.vsix, or the file that is named.
//   node scripts/package.mjs [FILE]
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { createVSIX } from "@vscode/vsce";
import "./build.mjs";

const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const packagePath = resolve(process.argv[2] ?? join(ROOT, `convex-clerk-${version}.vsix`));

const licence = (name) => readFileSync(join(ROOT, "../..", name), "utf8").trim();
const texts = ["MIT or Apache-2.0, as you like.", licence("LICENSE-MIT"), licence("LICENSE-APACHE")];
writeFileSync(join(ROOT, "LICENSE.txt"), `${texts.join("\n\n\n")}\n`);

// Everything is in the bundle.
await createVSIX({ cwd: ROOT, packagePath, dependencies: false });
