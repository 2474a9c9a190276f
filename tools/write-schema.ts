// Writes the JSON Schemas in docs anew from the configurations' schemas; tests compare them.
import { writeFileSync } from "node:fs";
import { configJsonSchema } from "../src/config/config-json-schema.ts";
import { scaffoldJsonSchema } from "../src/scaffold/config-json-schema.ts";

writeFileSync(
  new URL("../docs/meshferry.schema.json", import.meta.url),
  `${JSON.stringify(configJsonSchema(), null, 2)}\n`,
);
writeFileSync(
  new URL("../docs/scaffold.schema.json", import.meta.url),
  `${JSON.stringify(scaffoldJsonSchema(), null, 2)}\n`,
);
