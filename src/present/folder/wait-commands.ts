// Conditions as commands that a person can run to see whether they hold. Where no one command tells, there is none.
import type { Condition } from "../../conditions/condition.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import { pointerParts } from "../../core/pointer.ts";
import { type ConditionNames, type ConditionPart, conditionParts } from "../model/condition-text.ts";
import { istioctl, jsonPath, kubectl, resourceWord } from "./kubectl.ts";
import { shellWord } from "./shell-word.ts";

const shownClients = 3;
const shownHosts = 3;

/** Commands for every part of a condition, in its order, each once. */
export function waitCommands(condition: Condition, timeoutMs: number, names: ConditionNames): string[] {
  const timeout = `--timeout=${Math.max(1, Math.round(timeoutMs / 1000))}s`;
  return [...new Set(conditionParts(condition).flatMap((part) => partCommands(part, timeout, names)))];
}

function partCommands(part: ConditionPart, timeout: string, { probes }: ConditionNames): string[] {
  switch (part.kind) {
    case "present":
      return [kubectl(part.ref, "get", resourceWord(part.ref))];
    case "absent":
      return [kubectl(part.ref, "wait --for=delete", resourceWord(part.ref), timeout)];
    case "rolled-out":
      return [kubectl(part.ref, "rollout status", resourceWord(part.ref), timeout)];
    case "status":
      return [
        kubectl(
          part.ref,
          `wait ${shellWord(`--for=condition=${part.type}=${part.status}`)}`,
          resourceWord(part.ref),
          timeout,
        ),
      ];
    case "field":
    case "mesh-config":
      return [read(part.ref, part.kind === "field" ? pointerParts(part.pointer) : ["data", "mesh"])];
    case "peer-synced":
      return [read(part.ref, ["status"])];
    case "proxy-roots":
      return [istioctl(part.workload, "proxy-config secret", resourceWord(part.workload))];
    case "proxy-network":
      return [
        `${istioctl(part.workload, "proxy-config bootstrap", resourceWord(part.workload))} | grep -F ${shellWord(part.network)}`,
      ];
    case "gateway-exposes":
      return [istioctl(part.gateway, "proxy-config listeners", resourceWord(part.gateway), "--port 15443")];
    case "endpoints":
      return (probes.get(part.probes)?.clients ?? [])
        .slice(0, shownClients)
        .map(
          (client) =>
            `${istioctl(client, "proxy-config endpoints", resourceWord(client))}${grepHosts(part.probes, probes)}`,
        );
    case "reachable":
    case "egress-open":
    case "drained":
    case "slot":
      return [];
  }
}

function read(ref: ObjectRef, parts: readonly string[]): string {
  return kubectl(ref, "get", resourceWord(ref), "-o", shellWord(`jsonpath=${jsonPath(parts)}`));
}

function grepHosts(id: string, probes: ConditionNames["probes"]): string {
  const hosts = (probes.get(id)?.routes ?? []).slice(0, shownHosts).map((route) => route.slice(route.indexOf("|") + 1));
  return hosts.length === 0 ? "" : ` | grep -F ${hosts.map((host) => `-e ${shellWord(host)}`).join(" ")}`;
}
