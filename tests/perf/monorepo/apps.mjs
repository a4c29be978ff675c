// The files that make an app one: settings, the entry with ConvexProvider, Convex functions.

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;
const REACT = { react: "^19.2.3", "react-dom": "^19.2.3" };

const SCHEMA = `import { defineSchema, defineTable } from "convex/server";
import { v } from "convex/values";

export default defineSchema({
  items: defineTable({ owner: v.string(), label: v.string() }).index("by_owner", ["owner"]),
});
`;
const ITEMS = `import { v } from "convex/values";
import { mutation, query } from "./_generated/server";

export const list = query({
  args: { owner: v.string() },
  handler: async (ctx, { owner }) => {
    return await ctx.db.query("items").withIndex("by_owner", (q) => q.eq("owner", owner)).take(50);
  },
});

export const rename = mutation({
  args: { id: v.id("items"), label: v.string() },
  handler: async (ctx, { id, label }) => {
    await ctx.db.patch(id, { label });
  },
});
`;
const FUNCTIONS = { "convex/schema.ts": SCHEMA, "convex/items.ts": ITEMS };

const tsconfig = (more) =>
  json({
    compilerOptions: { target: "ES2022", module: "ESNext", moduleResolution: "bundler", jsx: "react-jsx", strict: true, noEmit: true, ...more },
  });

/** What shows the components; `uses` are the names and where they come from. */
const page = (name, uses) =>
  [
    ...uses.map(({ name, from }) => `import { ${name} } from "${from}";\n`),
    `\nexport default function ${name}() {\n  return (\n    <main>\n`,
    ...uses.map(({ name }) => `      <${name} id="${name.toLowerCase()}" title="${name}" />\n`),
    "    </main>\n  );\n}\n",
  ].join("");

const VITE_MAIN = `import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ConvexProvider, ConvexReactClient } from "convex/react";
import App from "./App";

const convex = new ConvexReactClient(import.meta.env.VITE_CONVEX_URL as string);

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <ConvexProvider client={convex}>
      <App />
    </ConvexProvider>
  </StrictMode>,
);
`;

const vite = {
  components: "src/components",
  page: "src/App.tsx",
  files: (name, dependencies, uses) => ({
    ...FUNCTIONS,
    "package.json": json({
      name,
      private: true,
      type: "module",
      dependencies: { ...dependencies, convex: "^1.48.0", ...REACT },
      devDependencies: { "@types/react": "^19.2.0", "@vitejs/plugin-react": "^5.1.0", typescript: "~5.9.3", vite: "^7.3.0" },
    }),
    "tsconfig.json": tsconfig({ types: ["vite/client"], lib: ["ES2022", "DOM", "DOM.Iterable"] }),
    "index.html": `<!doctype html>\n<div id="root"></div>\n<script type="module" src="/src/main.tsx"></script>\n`,
    "vite.config.ts": `import react from "@vitejs/plugin-react";\nimport { defineConfig } from "vite";\n\nexport default defineConfig({ plugins: [react()] });\n`,
    ".env.example": "VITE_CONVEX_URL=\n",
    "src/main.tsx": VITE_MAIN,
    "src/App.tsx": page("App", uses),
  }),
};

const NEXT_LAYOUT = `import type { ReactNode } from "react";
import { ConvexClientProvider } from "./ConvexClientProvider";

export const metadata = { title: "Acme" };

export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body>
        <ConvexClientProvider>{children}</ConvexClientProvider>
      </body>
    </html>
  );
}
`;
const NEXT_PROVIDER = `"use client";

import { ConvexProvider, ConvexReactClient } from "convex/react";
import type { ReactNode } from "react";

const convex = new ConvexReactClient(process.env.NEXT_PUBLIC_CONVEX_URL!);

export function ConvexClientProvider({ children }: { children: ReactNode }) {
  return <ConvexProvider client={convex}>{children}</ConvexProvider>;
}
`;

const next = {
  components: "src/components",
  page: "src/app/page.tsx",
  files: (name, dependencies, uses) => ({
    ...FUNCTIONS,
    "package.json": json({
      name,
      private: true,
      dependencies: { ...dependencies, convex: "^1.48.0", next: "^16.0.10", ...REACT },
      devDependencies: { "@types/node": "^20.19.0", "@types/react": "^19.2.0", typescript: "~5.9.3" },
    }),
    "tsconfig.json": tsconfig({ lib: ["dom", "dom.iterable", "esnext"], plugins: [{ name: "next" }] }),
    "next.config.ts": `import type { NextConfig } from "next";\n\nconst nextConfig: NextConfig = {};\n\nexport default nextConfig;\n`,
    ".env.example": "NEXT_PUBLIC_CONVEX_URL=\n",
    "src/app/layout.tsx": NEXT_LAYOUT,
    "src/app/ConvexClientProvider.tsx": NEXT_PROVIDER,
    "src/app/page.tsx": `"use client";\n\n${page("Home", uses)}`,
  }),
};

export const APP_KINDS = [vite, next];
