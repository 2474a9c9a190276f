// Writes test/examples/golden anew. Never run by CI: whoever runs it reads every changed line before committing.
import { mkdirSync, writeFileSync } from "node:fs";
import { goldenTexts } from "./golden.ts";

const folder = new URL("../test/examples/golden/", import.meta.url);
mkdirSync(folder, { recursive: true });
for (const [name, text] of await goldenTexts()) writeFileSync(new URL(name, folder), text);
