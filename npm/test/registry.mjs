// A registry on this machine, as small as npm needs it: what is published, and the tarballs of some of it.
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { basename } from "node:path";

/** `tarballs` is keyed by name; a package without one is known to the registry, but can't be downloaded. */
export async function serve(manifests, tarballs) {
  const packages = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const downloads = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url.slice(1));
    const [name, file] = path.split("/-/");
    const manifest = packages.get(name);
    const answer = (status, body) => response.writeHead(status).end(body);
    if (!manifest) return answer(404, "{}");
    if (file === undefined) return answer(200, JSON.stringify(document(manifest, tarballs[name], `http://${request.headers.host}`)));
    downloads.push(name);
    return tarballs[name] ? answer(200, readFileSync(tarballs[name])) : answer(404, "");
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${server.address().port}/`, downloads, close: () => server.close() };
}

/** What a registry says of a package with one version. */
function document(manifest, tarball, origin) {
  const { name, version } = manifest;
  const hash = createHash("sha512").update(tarball ? readFileSync(tarball) : name).digest("base64");
  const dist = { tarball: `${origin}/${name}/-/${basename(tarball ?? `${name}.tgz`)}`, integrity: `sha512-${hash}` };
  return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
