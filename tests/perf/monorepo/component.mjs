// The text of one component of about 70 to 190 lines: types, helpers, state, effects, lists, a form, other components.
import { CLASSES, FIELDS } from "./words.mjs";

const CONVEX = `import { useMutation, useQuery } from "convex/react";`;

/** @param api how the file comes by the functions' names if it asks Convex for data, else nothing */
export function component(random, { name, uses, api }) {
  const fields = random.some(FIELDS, random.between(3, 8));
  const blocks = random.some([form, filter, history, totals, shortcuts], random.between(0, 4)).map((block) => block(random, name, fields));
  const text = (part) => blocks.map((block) => block[part] ?? "").join("");
  return [
    `import { useCallback, useEffect, useMemo, useState } from "react";\n`,
    api ? `${CONVEX}\n${api}\n` : "",
    ...uses.map(({ name, from }) => `import { ${name} } from "${from}";\n`),
    row(name, fields),
    ...random.some(fields, random.between(1, 4)).map((field) => helper(random, name, field)),
    `\nexport function ${name}({ id, title, onSelect }: ${name}Props) {\n`,
    api ? subscription(name) : local(name),
    state(fields),
    text("hooks"),
    `\n  if (rows.length === 0) {\n    return <p className="${random.pick(CLASSES)}">Nothing to show for {title} yet.</p>;\n  }\n`,
    `  return (\n    <section className="${random.pick(CLASSES)}" aria-label={title}>\n      <h2>{title}</h2>\n`,
    list(random, fields),
    text("elements"),
    ...uses.map(({ name }) => `      <${name} id={id} title={\`\${title} (\${shown.length})\`} onSelect={choose} />\n`),
    `    </section>\n  );\n}\n`,
  ].join("");
}

function row(name, fields) {
  return `
export interface ${name}Props {
  id: string;
  title: string;
  onSelect?: (id: string) => void;
}

interface ${name}Data {
  id: string;
  label: string;
${fields.map((field) => `  ${field}: number;\n`).join("")}}
`;
}

function helper(random, name, field) {
  const most = random.between(2, 900);
  return `
/** How much of the ${field} is left of ${most}, in per cent. */
function ${field}Of${name}(row: ${name}Data): number {
  if (row.${field} <= 0) return 100;
  const used = Math.min(row.${field}, ${most});
  return Math.round(((${most} - used) / ${most}) * 100);
}
`;
}

const local = (name) => `  const [rows, setRows] = useState<${name}Data[]>([]);

  useEffect(() => {
    const stored = window.localStorage.getItem(\`${name}:\${id}\`);
    setRows(stored === null ? [] : (JSON.parse(stored) as ${name}Data[]));
  }, [id]);
`;

const subscription = (name) => `  const rows: ${name}Data[] = useQuery(api.items.list, { owner: id }) ?? [];
  const rename = useMutation(api.items.rename);

  useEffect(() => {
    if (rows.length === 1 && rows[0].label === "") void rename({ id: rows[0].id, label: title });
  }, [rows, rename, title]);
`;

const state = ([first]) => `  const [selected, setSelected] = useState<string | null>(null);
  const [search, setSearch] = useState("");
  const shown = useMemo(
    () => rows.filter((row) => row.label.includes(search)).sort((a, b) => b.${first} - a.${first}),
    [rows, search],
  );
  const choose = useCallback(
    (next: string) => {
      setSelected(next);
      onSelect?.(next);
    },
    [onSelect],
  );
`;

const list = (random, fields) => `      <ul className="${random.pick(CLASSES)}">
        {shown.map((row) => (
          <li key={row.id} data-selected={row.id === selected}>
            <button type="button" onClick={() => choose(row.id)}>
              {row.label}
            </button>
${fields.map((field) => `            <span title="${field}">{row.${field}.toLocaleString("en", { maximumFractionDigits: ${random.between(0, 3)} })}</span>\n`).join("")}          </li>
        ))}
      </ul>
`;

const form = (random, name, fields) => ({
  hooks: `
  const [draft, setDraft] = useState({ ${fields.map((field) => `${field}: ${random.between(0, 99)}`).join(", ")} });
  const change = (field: keyof typeof draft) => (event: { target: { value: string } }) => {
    const value = Number.parseFloat(event.target.value);
    setDraft((current) => ({ ...current, [field]: Number.isNaN(value) ? 0 : value }));
  };
`,
  elements: `      <form className="${random.pick(CLASSES)}" onSubmit={(event) => event.preventDefault()}>
${fields
  .map(
    (field) => `        <label htmlFor={\`\${id}-${field}\`}>
          ${field}
          <input id={\`\${id}-${field}\`} type="number" min={0} value={draft.${field}} onChange={change("${field}")} />
        </label>
`,
  )
  .join("")}        <button type="submit">Save {title}</button>
      </form>
`,
});

const filter = (random) => ({
  elements: `      <label className="${random.pick(CLASSES)}">
        Search
        <input
          type="search"
          value={search}
          placeholder="At least ${random.between(2, 4)} letters"
          onChange={(event) => setSearch(event.target.value)}
        />
      </label>
`,
});

const history = (random) => ({
  hooks: `
  const [visited, setVisited] = useState<string[]>([]);
  useEffect(() => {
    if (selected === null) return;
    setVisited((before) => [selected, ...before.filter((other) => other !== selected)].slice(0, ${random.between(3, 20)}));
  }, [selected]);
`,
  elements: `      {visited.length > 0 && (
        <nav aria-label="Last seen">
          {visited.map((other) => (
            <a key={other} href={\`#\${other}\`} className="${random.pick(CLASSES)}">
              {other}
            </a>
          ))}
        </nav>
      )}
`,
});

const totals = (random, name, fields) => ({
  hooks: `
  const sums = useMemo(
    () => ({
${fields.map((field) => `      ${field}: shown.reduce((sum, row) => sum + row.${field}, ${random.between(0, 9)}),\n`).join("")}    }),
    [shown],
  );
`,
  elements: `      <footer className="${random.pick(CLASSES)}">
        {Object.entries(sums).map(([field, sum]) => (
          <output key={field}>
            {field}: {sum.toFixed(${random.between(0, 3)})}
          </output>
        ))}
      </footer>
`,
});

const shortcuts = (random) => ({
  hooks: `
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "Escape") setSelected(null);
      if (event.key === "${random.pick(["j", "n", "ArrowDown"])}" && shown.length > 0) choose(shown[0].id);
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, [choose, shown]);
`,
});
