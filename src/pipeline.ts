// The stations in their order: objects → inventory → federation → routes → target → plan. Reads and writes nothing itself.
import { hash } from "node:crypto";
import type { Config } from "./config/config.ts";
import type { ClusterInput } from "./core/cluster.ts";
import type { Answer } from "./findings/checks/check.ts";
import type { Finding } from "./core/finding.ts";
import type { MeshId } from "./core/ids.ts";
import { federate, type FederationOptions } from "./federation/federate.ts";
import type { Federation } from "./federation/federation.ts";
import { indexPods, type PodIndex } from "./federation/pod-index.ts";
import { askChecks, type CheckName, findingsOf } from "./findings/checks/registry.ts";
import { sortedFindings } from "./findings/sorted-findings.ts";
import { clusterOf, type Inventory, type Mesh } from "./inventory/mesh.ts";
import { takeInventory } from "./inventory/take-inventory.ts";
import {
  type HashedTemplates,
  hashTemplates as hashedOf,
  type MadePlan,
  planWithTexts as planFrom,
} from "./plan/make-plan.ts";
import type { Plan } from "./plan/plan.ts";
import { buildRoutes } from "./routes/build-routes.ts";
import type { Route } from "./routes/route.ts";
import { generateTarget, type Target, type TargetOptions } from "./target/generate-target.ts";
import { gatewayNamespaceOf, placesOf } from "./target/places.ts";

export { kindsRead } from "./findings/kinds-read.ts";

/** Everything that is known of the meshes before anything is planned. */
export interface Examination {
  readonly inventory: Inventory;
  readonly federation: Federation;
  readonly routes: readonly Route[];
  readonly target: Target;
  /** What each check answered. */
  readonly answers: ReadonlyMap<CheckName, Answer>;
  /** Of all stations, sorted, each once. */
  readonly findings: readonly Finding[];
  readonly podsOf: (mesh: Mesh) => PodIndex;
}

/** What the meshes are, and what federation does between them. */
export function examine(inputs: readonly ClusterInput[], config: Config): Examination {
  const inventory = takeInventory(inputs);
  const podsOf = podIndexes(inventory);
  const federation = federate(inventory, podsOf, federationOptions(config));
  const options: TargetOptions = {
    ...config.eastWest,
    gatewayNamespace: config.eastWest.namespace,
    entryNamespace: config.entries.namespace,
  };
  const places = placesOf(inventory, options);
  const routes = buildRoutes(inventory, federation, podsOf, {
    per: options.per,
    gatewayNamespace: (exporter, importer) => gatewayNamespaceOf(places, exporter, importer),
  });
  const target = generateTarget(inventory, federation, routes.value, podsOf, options);
  const answers = askChecks({
    inventory,
    federation,
    routes: routes.value,
    target,
    podsOf,
    trust: config.trust.order,
    eastWest: config.eastWest,
  });
  return {
    inventory,
    federation,
    routes: routes.value,
    target,
    findings: sortedFindings([
      ...inventory.findings,
      ...federation.findings,
      ...routes.findings,
      ...findingsOf(answers),
    ]),
    answers,
    podsOf,
  };
}

/** What the configuration states of links and runners. */
export function federationOptions({ pairs, runners }: Config): FederationOptions {
  return {
    pairs: pairs.map(({ peers }) => peers),
    runners: runners.map((runner) => ({ ...runner, sidecar: runner.sidecar ?? undefined })),
  };
}

/** The plan that moves every host that can be carried. */
export function makePlan(examination: Examination, config: Config): Plan {
  return planWithTexts(examination, config).plan;
}

/** Its templates, for whoever makes something of them while the plan is made. */
export function hashTemplates({ target }: Examination): HashedTemplates {
  return hashedOf(target.objects, sha256);
}

/** Eight times as fast as the same in JavaScript. */
function sha256(text: string): string {
  return hash("sha256", text, "hex");
}

/** The same plan, with the templates' texts, for whoever writes it. */
export function planWithTexts(
  examination: Examination,
  config: Config,
  hashed: HashedTemplates = hashTemplates(examination),
): MadePlan {
  const { inventory, federation, routes, target, podsOf, findings } = examination;
  return planFrom({
    inventory,
    federation,
    routes,
    target,
    podsOf,
    findings,
    hashed,
    sha256,
    options: {
      trust: config.trust.order,
      restartProxies: config.trust.restartProxies,
      waves: config.waves,
      exportTo: config.exportTo,
      drainTimeoutMs: config.drainTimeoutSeconds * 1_000,
    },
  });
}

/** One index per mesh, made when first asked for; meshes of one cluster share the pods but not the members. */
function podIndexes(inventory: Inventory): (mesh: Mesh) => PodIndex {
  const made = new Map<MeshId, PodIndex>();
  return (mesh) => {
    const index = made.get(mesh.id) ?? indexPods(clusterOf(inventory, mesh));
    made.set(mesh.id, index);
    return index;
  };
}
