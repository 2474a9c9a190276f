// The JSON Schema of a scaffold's configuration, for editors; docs/scaffold.schema.json is this function's result.
import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import { scaffoldFile } from "./config-shape.ts";

/** The schema (draft 2020-12) of the file as it is written: what has a default is optional. */
export function scaffoldJsonSchema(): JsonObject {
  const schema = z.toJSONSchema(scaffoldFile, {
    io: "input",
    unrepresentable: "any",
    // A custom check has no schema of its own; the only one here takes any object.
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema instanceof z.ZodCustom) jsonSchema.type = "object";
    },
  });
  // A round trip through text: the result is plain JSON, its type is not.
  return JSON.parse(JSON.stringify(schema)) as JsonObject;
}
