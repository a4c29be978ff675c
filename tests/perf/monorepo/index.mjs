// Makes a monorepo of a given size: Convex apps, packages that they and each other use, node_modules that git ignores.
import { spawnSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { APP_KINDS } from "./apps.mjs";
import { component } from "./component.mjs";
import { random } from "./random.mjs";
import { KINDS, NOUNS } from "./words.mjs";

const SEED = 20_260;
const APPS = 12;
/** Below so many files there is one app and nothing around it. */
const SMALLEST_MONOREPO = 500;
const PACKAGE_FILES = 60;
/** Every package may use the first ones: the design system, formats, types. */
const SHARED_PACKAGES = 3;
const PACKAGES_OF_AN_APP = 4;
/** Of the components of an app or a package so many use none of their neighbours, so many use those, and the rest is the pages. */
const LEAVES = 0.6;
const PARTS = 0.3;
/** The share of files that import Convex in an app, and in packages; most of both in the dense variant. */
const PLAIN = { app: 0.15, package: 0 };
const DENSE = { app: 0.7, package: 0.7 };
/** Packages have no generated functions of their own. */
const API_OF_PACKAGES = `import { anyApi as api } from "convex/server";`;
const API_OF_APPS = `import { api } from "../../convex/_generated/api";`;

/** An app has a hundredth of the files, within these. */
const SMALLEST_APP = 24;
const LARGEST_APP = 250;

/**
 * Writes it into `root`, in whose place nothing is left. `files` counts TypeScript outside of node_modules, `appFiles` is how many of them each
 * app has. Returns how many apps there are.
 */
export function makeMonorepo(root, { files, dense = false, appFiles = Math.min(LARGEST_APP, Math.max(SMALLEST_APP, Math.round(files / 100))) }) {
  rmSync(root, { recursive: true, force: true });
  const build = { root, rng: random(SEED), share: dense ? DENSE : PLAIN, written: 0 };
  const apps = files < SMALLEST_MONOREPO ? 1 : APPS;
  write(build, "", { ".gitignore": "node_modules\ndist\n.next\n.turbo\n.env.local\n" });
  if (apps === 1) makeApp(build, { folder: "", kind: APP_KINDS[0], files, packages: [] });
  else makeWorkspace(build, { files, appFiles });
  makeNodeModules(build, Math.min(20_000, files * 4));
  spawnSync("git", ["init", "--quiet", root]);
  return apps;
}

function makeWorkspace(build, { files, appFiles }) {
  const ofPackages = files - APPS * appFiles;
  if (ofPackages < PACKAGE_FILES) throw new Error(`${APPS} apps of ${appFiles} files leave nothing of ${files} for packages`);
  const packages = [];
  write(build, "", {
    "package.json": `${JSON.stringify({ name: "acme", private: true, packageManager: "pnpm@10.25.0" }, null, 2)}\n`,
    "pnpm-workspace.yaml": 'packages:\n  - "apps/*"\n  - "packages/*"\n',
  });
  while (build.written < ofPackages) packages.push(makePackage(build, packages, Math.min(PACKAGE_FILES, ofPackages - build.written)));
  for (let number = 0; number < APPS; number++) {
    // Neighbours, so that apps share some packages and most packages belong to none.
    const its = Array.from({ length: PACKAGES_OF_AN_APP }, (_, at) => packages[(number * 3 + at) % packages.length]);
    const kind = APP_KINDS[number % APP_KINDS.length];
    makeApp(build, { folder: `apps/app-${number + 1}`, kind, files: appFiles, packages: [...new Set(its)] });
  }
}

function makePackage(build, before, files) {
  const name = `@acme/${build.rng.pick(NOUNS).toLowerCase()}-${before.length + 1}`;
  const folder = `packages/${name.slice("@acme/".length)}`;
  const shared = before.slice(0, SHARED_PACKAGES);
  const names = makeComponents(build, { folder: `${folder}/src`, count: files - 1, packages: shared, of: "package" }).flat();
  write(build, folder, {
    "package.json": `${JSON.stringify(manifest(name, shared), null, 2)}\n`,
    "README.md": `# ${name}\n\n${names.map((name) => `- \`${name}\`\n`).join("")}`,
    "src/index.ts": names.map((name) => `export { ${name} } from "./${name}";\n`).join(""),
  });
  return { name, names };
}

const manifest = (name, packages) => ({
  name,
  private: true,
  type: "module",
  exports: { ".": "./src/index.ts" },
  dependencies: { ...workspace(packages), react: "^19.2.3" },
});

const workspace = (packages) => Object.fromEntries(packages.map(({ name }) => [name, "workspace:*"]));

function makeApp(build, { folder, kind, files, packages }) {
  const ownFiles = (uses) => kind.files(folder.split("/").at(-1) || "app", workspace(packages), uses);
  const count = files - Object.keys(ownFiles([])).filter(isSource).length;
  const components = posix.join(folder, kind.components);
  const layers = makeComponents(build, { folder: components, count, packages, of: "app" });
  const from = posix.relative(posix.dirname(kind.page), kind.components);
  const own = layers.findLast((layer) => layer.length > 0).map((name) => ({ name, from: `${from.startsWith(".") ? from : `./${from}`}/${name}` }));
  write(build, folder, ownFiles([...own, ...packages.map((it) => exported(build.rng, it))]));
}

const exported = (rng, { name, names }) => ({ name: rng.pick(names), from: name });

/** Components in three layers, which use those of the layer before and of the packages; one in ten is tested. Returns their names by layer. */
function makeComponents(build, { folder, count, packages, of }) {
  const { rng } = build;
  const layers = [[], [], []];
  for (let left = count; left > 0; ) {
    const done = 1 - left / count;
    const layer = done < LEAVES ? 0 : done < LEAVES + PARTS ? 1 : 2;
    const name = `${rng.pick(NOUNS)}${rng.pick(KINDS)}${layers.flat().length + 1}`;
    const own = rng.some(layers[layer - 1] ?? [], rng.between(2, 4)).map((name) => ({ name, from: `./${name}` }));
    const others = rng.some(packages, rng.between(0, 2)).map((it) => exported(rng, it));
    const api = rng.chance(build.share[of]) && (of === "app" ? API_OF_APPS : API_OF_PACKAGES);
    const files = { [`${name}.tsx`]: component(rng, { name, uses: [...own, ...others], api }) };
    if (rng.chance(0.1) && left > 1) files[`${name}.test.tsx`] = test(name);
    write(build, folder, files);
    left -= Object.keys(files).length;
    layers[layer].push(name);
  }
  return layers;
}

const test = (name) => `import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { ${name} } from "./${name}";

test("${name} says when there is nothing to show", () => {
  render(<${name} id="one" title="First" />);
  expect(screen.getByText(/Nothing to show/)).toBeTruthy();
});
`;

function makeNodeModules(build, count) {
  const line = `exports.value = function (input) { return require("convex/react").useQuery(input); };\n`;
  for (let number = 0; number * 20 < count; number++) {
    const folder = `node_modules/package-${number}`;
    write(build, folder, { "package.json": `{ "name": "package-${number}", "version": "1.0.0" }\n` });
    for (let file = 1; file < 20; file++) write(build, folder, { [`dist/module-${file}.js`]: line.repeat(20) });
  }
}

const isSource = (path) => /\.tsx?$/.test(path);

function write(build, folder, files) {
  for (const [path, text] of Object.entries(files)) {
    const file = join(build.root, folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    if (isSource(path)) build.written++;
  }
}
