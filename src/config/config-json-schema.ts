// The JSON Schema of meshferry.yaml for editors; docs/meshferry.schema.json is this function's result, and a test compares them.
import { z } from "zod";
import type { JsonObject } from "../core/json.ts";
import { configFile } from "./config-shape.ts";

/** The schema (draft 2020-12) of the file as it is written: what has a default is optional. */
export function configJsonSchema(): JsonObject {
  // A round trip through text: the result is plain JSON, its type is not.
  return JSON.parse(JSON.stringify(z.toJSONSchema(configFile, { io: "input" }))) as JsonObject;
}
