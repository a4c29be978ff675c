// The same change with ts-morph: node ts-morph.mjs FOLDER. It reads files itself, and parses those that name the provider.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Project, SyntaxKind } from "ts-morph";

const SKIPPED = new Set(["node_modules", ".git", "dist", ".next"]);

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!SKIPPED.has(entry.name)) yield* sources(path);
    } else if (/\.tsx?$/.test(entry.name)) yield path;
  }
}

/** Whether the file has changed. */
function transform(file) {
  const declaration = file.getImportDeclaration("convex/react");
  const taken = declaration?.getNamedImports().find((one) => one.getName() === "ConvexProvider");
  if (!taken) return false;
  const name = taken.getAliasNode()?.getText() ?? "ConvexProvider";
  const isProvider = (element) => element.getOpeningElement().getTagNameNode().getText() === name;
  for (const element of file.getDescendantsOfKind(SyntaxKind.JsxElement).filter(isProvider).reverse()) wrap(element);
  taken.remove();
  file.addImportDeclaration({ moduleSpecifier: "convex/react-clerk", namedImports: ["ConvexProviderWithClerk"] });
  file.addImportDeclaration({ moduleSpecifier: "@clerk/react", namedImports: ["ClerkProvider", "useAuth"] });
  return true;
}

function wrap(element) {
  const attributes = element.getOpeningElement().getAttributes().map((attribute) => attribute.getText());
  const children = element.getJsxChildren().map((child) => child.getText());
  const inner = `<ConvexProviderWithClerk ${attributes.join(" ")} useAuth={useAuth}>${children.join("")}</ConvexProviderWithClerk>`;
  element.replaceWithText(`<ClerkProvider publishableKey={CLERK_PUBLISHABLE_KEY}>${inner}</ClerkProvider>`);
}

const project = new Project({ skipFileDependencyResolution: true, skipLoadingLibFiles: true });
for (const path of sources(process.argv[2])) {
  const text = readFileSync(path, "utf8");
  if (!text.includes("ConvexProvider")) continue;
  const file = project.createSourceFile(path, text, { overwrite: true });
  if (transform(file)) console.log(`changed ${path}: ${file.getFullText().length}`);
}
