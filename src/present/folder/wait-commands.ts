// Conditions as commands that a person can run to see whether they hold. Where no one command tells, there is none.
import type { ObjectRef } from "../../core/object-ref.ts";
import { pointerParts } from "../../core/pointer.ts";
import type { ConditionNames, ConditionPart } from "../model/condition-text.ts";
import { istioctl, jsonPath, kubectl, resourceWord } from "./kubectl.ts";
import { shellWord } from "./shell-word.ts";

const shownClients = 3;
const shownHosts = 3;

/** Looks into single proxies, of which a few stand for all. */
const samples = new Set<ConditionPart["kind"]>(["proxy-roots", "proxy-network"]);
const shownSamples = 5;

/** Commands for every part of a condition, in its order, each once; of proxies that must be alike the first few. */
export function waitCommands(parts: readonly ConditionPart[], timeoutMs: number, names: ConditionNames): string[] {
  const timeout = `--timeout=${Math.max(1, Math.round(timeoutMs / 1000))}s`;
  const commands = new Set<string>();
  const sampled = new Map<ConditionPart["kind"], number>();
  for (const part of parts) {
    const count = (sampled.get(part.kind) ?? 0) + 1;
    if (samples.has(part.kind)) sampled.set(part.kind, count);
    if (count <= shownSamples) for (const command of partCommands(part, timeout, names)) commands.add(command);
  }
  const more = [...sampled.values()].reduce((sum, count) => sum + Math.max(0, count - shownSamples), 0);
  return [...commands, ...(more > 0 ? [`# … and ${more} more proxies: the same command with their names`] : [])];
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
    case "imported":
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
    case "joined":
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
