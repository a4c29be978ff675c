// Copied beside a built app: asks its server for pages, in this process and without any network.
//   node serve.mjs JOB.json   with { server, requests: { name: headers } }; the answers go to JOB.json.answers
// Each answer: { status, headers, body, asked }, where `asked` lists what the server asked others: { url, authorization }.
import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

const CONVEX = /^https:\/\/[\w-]+\.convex\.cloud\//;
const job = JSON.parse(readFileSync(process.argv[2], "utf8"));
let asked = [];

globalThis.fetch = async (input, options) => {
  const { url, headers } = new Request(input, options);
  asked.push({ url, authorization: headers.get("authorization") ?? undefined });
  if (!CONVEX.test(url)) throw new Error(`there is no network to ask ${url}`);
  return Response.json({ status: "success", value: [], logLines: [], ts: "AAAAAAAAAAA=" });
};
// Node.js 20 has none; it never opens.
globalThis.WebSocket = class {
  send() {}
  close() {}
  addEventListener() {}
  removeEventListener() {}
};

const built = await import(pathToFileURL(job.server));
const handle = built.default?.fetch ?? (await import("react-router")).createRequestHandler(built, "production");
const answers = {};
for (const [name, headers] of Object.entries(job.requests)) {
  asked = [];
  const response = await handle(new Request("http://localhost:3000/", { headers }));
  answers[name] = { status: response.status, headers: Object.fromEntries(response.headers), body: await response.text(), asked };
}
writeFileSync(`${process.argv[2]}.answers`, JSON.stringify(answers));
process.exit();
