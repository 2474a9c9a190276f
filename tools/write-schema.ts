// Writes docs/meshferry.schema.json anew from the configuration's schema; a test compares the two.
import { writeFileSync } from "node:fs";
import { configJsonSchema } from "../src/config/config-json-schema.ts";

writeFileSync(
  new URL("../docs/meshferry.schema.json", import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
