// Kubernetes label selectors over the labels of namespaces, pods and templates.
import type { LabelSelector } from "./kinds/label-selector.ts";

type Labels = Readonly<Record<string, string>>;

/** Whether every pair of an equality selector is among the labels. An empty selector matches nothing here: a Service without selector has no pods. */
export function matchesPairs(selector: Labels, labels: Labels): boolean {
  const pairs = Object.entries(selector);
  return pairs.length > 0 && pairs.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value);
}

/**
 * A LabelSelector's answer for a set of labels; an empty selector matches everything (apimachinery, LabelSelectorAsSelector).
 * An operator that Kubernetes does not know makes the selector match nothing.
 */
export function matchesSelector(selector: LabelSelector, labels: Labels): boolean {
  for (const [key, value] of Object.entries(selector.matchLabels)) {
    if (!Object.hasOwn(labels, key) || labels[key] !== value) return false;
  }
  return selector.matchExpressions.every(({ key, operator, values }) => {
    const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
    switch (operator) {
      case "In":
        return value !== undefined && values.includes(value);
      case "NotIn":
        return value === undefined || !values.includes(value);
      case "Exists":
        return value !== undefined;
      case "DoesNotExist":
        return value === undefined;
      default:
        return false;
    }
  });
}
