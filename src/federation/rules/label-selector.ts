// Kubernetes label selectors with the checks that apimachinery makes. The checks matter here: a selector that fails them voids its
// export rule, which is not the same as a selector that matches nothing.

export interface LabelSelectorFields {
  readonly matchLabels: Readonly<Record<string, string>>;
  readonly matchExpressions: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values: readonly string[];
  }[];
}

export type Labels = Readonly<Record<string, string>>;
export type LabelTest = (labels: Labels) => boolean;

export type CompiledSelector =
  | { readonly valid: true; readonly matches: LabelTest }
  | { readonly valid: false; readonly problem: string };

const NAME = /^(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const VALUE = /^(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const SUBDOMAIN = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;
const MAX_NAME_LENGTH = 63;
const MAX_SUBDOMAIN_LENGTH = 253;

/** A qualified name: `name` or `prefix/name` (apimachinery 0.27, pkg/util/validation). */
function isLabelKey(key: string): boolean {
  const parts = key.split("/");
  if (parts.length > 2) return false;
  const name = parts.at(-1) ?? "";
  const prefix = parts.length === 2 ? (parts[0] ?? "") : null;
  if (prefix !== null && (prefix.length > MAX_SUBDOMAIN_LENGTH || !SUBDOMAIN.test(prefix))) return false;
  return name.length <= MAX_NAME_LENGTH && NAME.test(name);
}

function isLabelValue(value: string): boolean {
  return value.length <= MAX_NAME_LENGTH && VALUE.test(value);
}

function expressionTest(key: string, operator: string, values: ReadonlySet<string>): LabelTest | null {
  const valueOf = (labels: Labels): string | undefined => (Object.hasOwn(labels, key) ? labels[key] : undefined);
  const isIn: LabelTest = (labels) => {
    const value = valueOf(labels);
    return value !== undefined && values.has(value);
  };
  switch (operator) {
    case "In":
      return isIn;
    case "NotIn":
      // True as well where the label is missing (apimachinery 0.27, pkg/labels/selector.go).
      return (labels) => !isIn(labels);
    case "Exists":
      return (labels) => valueOf(labels) !== undefined;
    case "DoesNotExist":
      return (labels) => valueOf(labels) === undefined;
    default:
      return null;
  }
}

function problemOf(key: string, operator: string, values: readonly string[]): string | null {
  const takesValues = operator === "In" || operator === "NotIn";
  if (takesValues && values.length === 0) return `operator ${operator} on key "${key}" needs at least one value`;
  if (!takesValues && values.length > 0) return `operator ${operator} on key "${key}" takes no values`;
  if (!isLabelKey(key)) return `"${key}" is not a label key`;
  const bad = values.find((value) => !isLabelValue(value));
  return bad === undefined ? null : `"${bad}" is not a label value`;
}

/**
 * A selector made ready for many services. null and `{}` match everything; operators are written exactly (apimachinery 0.27,
 * pkg/apis/meta/v1/helpers.go and pkg/labels/selector.go).
 */
export function compileLabelSelector(selector: LabelSelectorFields | null): CompiledSelector {
  if (selector === null) return { valid: true, matches: () => true };
  const pairs = Object.entries(selector.matchLabels).map(([key, value]) => ({ key, operator: "In", values: [value] }));
  const tests: LabelTest[] = [];
  for (const { key, operator, values } of [...pairs, ...selector.matchExpressions]) {
    const test = expressionTest(key, operator, new Set(values));
    if (test === null) return { valid: false, problem: `"${operator}" is not an operator` };
    const problem = problemOf(key, operator, values);
    if (problem !== null) return { valid: false, problem };
    tests.push(test);
  }
  return { valid: true, matches: (labels) => tests.every((test) => test(labels)) };
}
