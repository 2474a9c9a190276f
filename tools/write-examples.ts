// Writes the manifests of examples/east-west anew from its scaffold.yaml. Never run by CI, which compares the two.
import { mkdirSync, writeFileSync } from "node:fs";
import { exampleTexts } from "./examples.ts";

const folder = new URL("../examples/east-west/", import.meta.url);
for (const [path, text] of await exampleTexts()) {
  mkdirSync(new URL(".", new URL(path, folder)), { recursive: true });
  writeFileSync(new URL(path, folder), text);
}
