// Puts Convex's provider inside Clerk's, in one file: what a codemod for jscodeshift would do, without a look at any other file.
const CLERK = "@clerk/react";

module.exports = function transform({ source }, { jscodeshift: j }, { prefilter }) {
  if (prefilter && !source.includes("ConvexProvider")) return undefined;
  const root = j(source);
  const taken = root
    .find(j.ImportDeclaration, { source: { value: "convex/react" } })
    .find(j.ImportSpecifier, { imported: { name: "ConvexProvider" } });
  if (taken.length === 0) return undefined;
  const name = taken.get().node.local?.name ?? "ConvexProvider";
  root.find(j.JSXElement, { openingElement: { name: { name } } }).replaceWith(({ node }) => wrapped(j, node));
  const declaration = taken.closest(j.ImportDeclaration);
  taken.remove();
  declaration.insertAfter(imported(j, ["ClerkProvider", "useAuth"], CLERK));
  declaration.insertAfter(imported(j, ["ConvexProviderWithClerk"], "convex/react-clerk"));
  return root.toSource();
};

function wrapped(j, { openingElement, children }) {
  const attribute = (name, text) => j.jsxAttribute(j.jsxIdentifier(name), j.jsxExpressionContainer(j.identifier(text)));
  const element = (name, attributes, children) =>
    j.jsxElement(j.jsxOpeningElement(j.jsxIdentifier(name), attributes), j.jsxClosingElement(j.jsxIdentifier(name)), children);
  const inner = element("ConvexProviderWithClerk", [...openingElement.attributes, attribute("useAuth", "useAuth")], children);
  return element("ClerkProvider", [attribute("publishableKey", "CLERK_PUBLISHABLE_KEY")], [inner]);
}

const imported = (j, names, from) =>
  j.importDeclaration(
    names.map((name) => j.importSpecifier(j.identifier(name))),
    j.stringLiteral(from),
  );

module.exports.parser = "tsx";
