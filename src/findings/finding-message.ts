// A finding's texts with its parameters in their places.
import type { Finding } from "../core/finding.ts";
import type { Json } from "../core/json.ts";
import { findCode } from "./codes/catalogue.ts";

/** The one line that says what was found. */
export function findingMessage({ code, params }: Finding): string {
  return filledText(findCode(code)?.message ?? code, params);
}

/** "{param}" replaced by the parameter; unknown ones stay. */
export function filledText(template: string, params: Readonly<Record<string, Json>>): string {
  return template.replaceAll(/\{([A-Za-z]+)\}/gu, (whole, name: string) =>
    Object.hasOwn(params, name) ? paramText(params[name] ?? null) : whole,
  );
}

function paramText(value: Json): string {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return value.map(paramText).join(", ");
  return JSON.stringify(value);
}
