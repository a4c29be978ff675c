// Stand-in for @react-router/dev/routes and @react-router/fs-routes: the table that routes.ts makes. File names are relative to the app's folder.
const split = (options, children) => (Array.isArray(options) ? options : (children ?? []));
const join = (...parts) => parts.filter(Boolean).join("/");

export const index = (file) => ({ file, index: true });
export const route = (path, file, options, children) => ({ path: path ?? undefined, file, children: split(options, children) });
export const layout = (file, options, children) => ({ file, children: split(options, children) });
export const prefix = (path, routes) =>
  routes.map((entry) => (entry.index || entry.path !== undefined ? { ...entry, path: join(path, entry.path) } : { ...entry, children: prefix(path, entry.children) }));
export const relative = (folder) => ({
  index: (file) => index(join(folder, file)),
  route: (path, file, ...rest) => route(path, join(folder, file), ...rest),
  layout: (file, ...rest) => layout(join(folder, file), ...rest),
  prefix,
});

/** `a.b.tsx` lies in `a.tsx`, `_x` has no path, `_index` is an index, `$id` a parameter, `a_.b` does not lie in `a`. */
export async function flatRoutes() {
  const ids = new Map(globalThis.__routeFiles.map((file) => [file.replace(/^routes\//, "").replace(/(?:\/route)?\.[jt]sx?$/, ""), file]));
  const parentOf = (id) => {
    const parts = id.split(".");
    while (parts.pop() !== undefined && parts.length > 0) if (ids.has(parts.join("."))) return parts.join(".");
    return undefined;
  };
  const below = (parent) =>
    [...ids].filter(([id]) => parentOf(id) === parent).map(([id, file]) => {
      const names = id.slice(parent === undefined ? 0 : parent.length + 1).split(".");
      const path = names.filter((name) => !name.startsWith("_")).map((name) => name.replace(/_$/, "").replace(/^\$$/, "*").replace(/^\$/, ":"));
      const isIndex = names.at(-1) === "_index";
      return { file, path: path.length > 0 ? path.join("/") : undefined, index: isIndex || undefined, children: isIndex ? [] : below(id) };
    });
  return below(undefined);
}
