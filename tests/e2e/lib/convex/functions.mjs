// Runs the app's own functions, bundled as a push would and run by convex-test, which has a database for them.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { convexTest } from "convex-test";
import { makeFunctionReference } from "convex/server";
import { build } from "esbuild";

export class Functions {
  #test;

  /** `outdir`: where the bundles go. */
  static async load(folder, outdir) {
    const names = readdirSync(folder).filter((name) => /^(?!auth\.config\.).*\.ts$/.test(name)).map((name) => name.replace(/\.ts$/, ""));
    await build({
      entryPoints: names.map((name) => join(folder, `${name}.ts`)),
      outdir, outExtension: { ".js": ".mjs" }, bundle: true, format: "esm", platform: "neutral", mainFields: ["module", "main"],
    });
    const load = (name) => import(pathToFileURL(join(outdir, `${name}.mjs`)).href);
    const modules = Object.fromEntries(names.map((name) => [`./${name}.js`, () => load(name)]));
    // By its place convex-test knows where the functions are.
    modules["./_generated/api.js"] = async () => ({});
    const functions = new Functions();
    functions.#test = convexTest({ schema: (await load("schema")).default, modules });
    return functions;
  }

  /** `kind` is `query` or `mutation`, `path` is `tasks:list`, `identity` null for nobody. */
  run(kind, path, args, identity) {
    const caller = identity ? this.#test.withIdentity(identity) : this.#test;
    return caller[kind](makeFunctionReference(path), args);
  }
}
