// Which names istiod's own validation lets through. Federation's generated Gateways and VirtualServices are stored behind that
// validation, so a name that fails here is how an export or import disappears without any status saying so.

/** Istio's idea of a DNS label: unlike Kubernetes', upper case passes (Maistra 2.5, pkg/config/labels/instance.go). */
const LABEL = /^[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?$/;
const WILDCARD_LABEL = /^(?:\*|(?:\*|\*-)?[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?)$/;
/** What Go's strconv.Atoi reads as a number; such a top-level domain is refused (Maistra 2.5, pkg/config/validation/validation.go). */
const NUMBER = /^[+-]?[0-9]+$/;

export const MAX_LABEL_LENGTH = 63;
const MAX_DOMAIN_LENGTH = 255;

/** Whether Istio takes a text as one DNS label. */
export function isDnsLabel(text: string): boolean {
  return text.length <= MAX_LABEL_LENGTH && LABEL.test(text);
}

/** Whether all labels of a domain are valid; one empty label at the end (a trailing dot) is allowed. */
function hasValidLabels(domain: string): boolean {
  const labels = domain.split(".");
  const last = labels.length - 1;
  if (NUMBER.test(labels[last] ?? "")) return false;
  return labels.every((label, index) => (index === last && label === "") || isDnsLabel(label));
}

/** A domain whose first label may be a wildcard (Maistra 2.5, pkg/config/validation/validation.go, ValidateWildcardDomain). */
export function isWildcardDomain(domain: string): boolean {
  if (domain.length === 0 || domain.length > MAX_DOMAIN_LENGTH) return false;
  const dot = domain.indexOf(".");
  const first = dot < 0 ? domain : domain.slice(0, dot);
  if (first.length > MAX_LABEL_LENGTH || !WILDCARD_LABEL.test(first)) return false;
  return dot < 0 || hasValidLabels(domain.slice(dot + 1));
}

/** Whether a Gateway server may name a host: a full name, and a wildcard only as its whole first label. */
export function isGatewayHost(host: string): boolean {
  if (host !== "*" && !host.includes(".")) return false;
  const partialWildcard = host.includes("*") && host.length !== 1 && !host.startsWith("*.");
  return !partialWildcard && isWildcardDomain(host);
}
