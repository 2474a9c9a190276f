// Writes docs/codes anew from the catalogue; a test compares the two.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { codePages } from "./code-pages.ts";

const folder = fileURLToPath(new URL("../docs/codes/", import.meta.url));
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) rmSync(`${folder}/${name}`);
for (const [name, text] of codePages()) writeFileSync(`${folder}/${name}`, text);
