// The YAML dialect in which manifests are read: what kubectl makes of a scalar, the API server sees, and so do we.
// kubectl goes through sigs.k8s.io/yaml (go-yaml v2, resolve.go): YAML 1.1 booleans, 0-octals, underscores in numbers, no
// base 60, dates stay text. kubectl-yaml.test.ts holds what kubectl 1.32 printed for each form.
// Known differences: `<<` after a key of the same name overrides it in go-yaml v2, here the key wins; a key twice is refused
// here, in kubectl the last one wins; integers beyond 2^53 lose digits; keys that are floats of seven digits or more differ.
import { FAILSAFE_SCHEMA, Type } from "js-yaml";

const nulls = new Set(["", "~", "null", "Null", "NULL"]);
const trues = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const falses = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);

const integer = /^[-+]?(?:0|[1-9][0-9]*|0[oO]?[0-7]+|0[xX][0-9a-fA-F]+|0[bB][01]+)$/;
const decimal = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dotted = /^\.[0-9]+(?:_[0-9]+)*(?:[eE][-+]?[0-9]+)?$/;
const notFinite = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

/** The number that kubectl reads in a plain scalar, or null; infinities and NaN as they are, for the caller to refuse. */
export function numberOf(text: string): number | null {
  const first = text.charCodeAt(0);
  const signOrDigit = (first >= 48 && first <= 57) || first === 43 || first === 45;
  if (!signOrDigit && first !== 46) return null;
  if (notFinite.test(text)) return infinite(text);
  if (!signOrDigit) return dotted.test(text) ? finite(text.replaceAll("_", "")) : null;
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  if (integer.test(plain)) return integerOf(plain);
  return decimal.test(plain) ? finite(plain) : null;
}

function infinite(text: string): number {
  if (text.toLowerCase().endsWith("nan")) return Number.NaN;
  return text.startsWith("-") ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

// A number too large for a float is text in go-yaml.
function finite(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) ? value + 0 : null;
}

function integerOf(text: string): number {
  const negative = text.startsWith("-");
  const digits = negative || text.startsWith("+") ? text.slice(1) : text;
  const value = /^0[0-7]+$/.test(digits) ? Number(`0o${digits.slice(1)}`) : Number(digits);
  // Adding 0 makes -0 a plain 0.
  return (negative ? -value : value) + 0;
}

const anything = () => true;
const asIs = (value: unknown): unknown => value;
const isText = (value: unknown): value is string => typeof value === "string";

const nullType = new Type("tag:yaml.org,2002:null", {
  kind: "scalar",
  resolve: (value: unknown) => value === null || (isText(value) && value.length <= 4 && nulls.has(value)),
  construct: () => null,
});

const booleanType = new Type("tag:yaml.org,2002:bool", {
  kind: "scalar",
  resolve: (value: unknown) => isText(value) && value.length <= 5 && (trues.has(value) || falses.has(value)),
  construct: (value: string) => trues.has(value),
});

const numberType = (tag: string) =>
  new Type(tag, {
    kind: "scalar",
    resolve: (value: unknown) => isText(value) && numberOf(value) !== null,
    construct: (value: string) => numberOf(value),
  });

const mergeType = new Type("tag:yaml.org,2002:merge", {
  kind: "scalar",
  resolve: (value: unknown) => value === "<<",
});

const binaryType = new Type("tag:yaml.org,2002:binary", {
  kind: "scalar",
  resolve: isText,
  construct: (value: string) => Buffer.from(value, "base64").toString("utf8"),
});

// go-yaml ignores tags that it does not know (and those for dates, sets, ordered maps): the value is read as untagged text,
// list or map.
const ignoredTags = ["!", "tag:"].flatMap((tag) =>
  (["scalar", "sequence", "mapping"] as const).map(
    (kind) => new Type(tag, { kind, multi: true, resolve: anything, construct: asIs }),
  ),
);

/** js-yaml's schema for manifests. */
export const kubectlYaml = FAILSAFE_SCHEMA.extend({
  implicit: [nullType, booleanType, numberType("tag:yaml.org,2002:int"), mergeType],
  explicit: [numberType("tag:yaml.org,2002:float"), binaryType, ...ignoredTags],
});
