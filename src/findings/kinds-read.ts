// Which kinds of objects the product looks at in a cluster: those and no others are asked for, and need permission.
import { sortedUnique } from "../core/order.ts";
import { kinds } from "../inventory/kinds/registry.ts";
import { checks } from "./checks/registry.ts";

/** Looked for by name before they are made, or for names and addresses that are taken. */
const kindsOfPlans = [
  "Gateway.gateway.networking.k8s.io",
  "HorizontalPodAutoscaler.autoscaling",
  "PodDisruptionBudget.policy",
  "ServiceAccount",
] as const;

/** Older servers have no slices; others tell the same twice. */
const insteadOf: Readonly<Record<string, string>> = { Endpoints: "EndpointSlice.discovery.k8s.io" };

/** By kindKey, sorted. */
export const kindsRead: readonly string[] = sortedUnique([
  ...Object.keys(kinds),
  ...Object.values(checks).flatMap(({ reads }) => reads),
  ...kindsOfPlans,
]).filter((key) => insteadOf[key] === undefined);
