// Nothing that steers or restricts the migrated traffic is left unlooked at without a word.
import { type KubeObject, kindKey, refText } from "../../../core/object-ref.ts";
import { valueAt } from "../../../core/pointer.ts";
import type { Finding } from "../../../core/finding.ts";
import { clusterOf, type Mesh } from "../../../inventory/mesh.ts";
import { isJsonObject, type Json } from "../../../core/json.ts";
import { isOurs, managedByLabel } from "../../../inventory/ownership.ts";
import { carriedRoutes } from "../../../target/carried-routes.ts";
import { operatorName } from "../../../target/managed-policies.ts";
import { notEvaluated } from "../../codes/plan.ts";
import type { Check } from "../check.ts";
import { participants } from "../participants.ts";

/** Kinds that act on the server's side, in the server's namespace or mesh-wide. */
const serverKinds = [
  "AuthorizationPolicy.security.istio.io",
  "PeerAuthentication.security.istio.io",
  "RequestAuthentication.security.istio.io",
];
/** Kinds that name hosts. */
const hostKinds = ["VirtualService.networking.istio.io"];
/** Kinds that act on proxies on either side, federation gateways among them. */
const proxyKinds = ["EnvoyFilter.networking.istio.io", "NetworkPolicy.networking.k8s.io"];

const kindsInQuestion = [...serverKinds, ...hostKinds, ...proxyKinds].sort();

const run: Check["run"] = (input) => {
  const carried = carriedRoutes(input.routes, input.target.places);
  const findings = new Map<string, Finding>();
  for (const mesh of participants(input).all) {
    const cluster = clusterOf(input.inventory, mesh);
    const exported = carried.filter(({ exporter }) => exporter.mesh.id === mesh.id);
    const imported = carried.filter(({ importer }) => importer.mesh.id === mesh.id);
    const serverNamespaces = new Set(exported.map(({ exported: { service } }) => service.namespace ?? ""));
    const clientNamespaces = new Set(imported.flatMap(({ route }) => route.clientNamespaces));
    // A VirtualService on the exported host stands in for the one that federation makes, and is lost with it (Maistra 2.5).
    // One that sends to a host goes on to do so: the host stays, whoever answers to it.
    const hosts = new Set<string>(exported.map(({ exported: { exportedHost } }) => exportedHost));
    const places = new Set([...serverNamespaces, ...clientNamespaces, mesh.namespace]);
    const members = new Set([...mesh.memberNamespaces, mesh.namespace]);
    const report = (object: KubeObject, subject: string): void => {
      findings.set(
        refText(object.ref),
        notEvaluated.at([object.ref], { kind: object.ref.kind, object: refText(object.ref, false), subject }),
      );
    };
    for (const object of kindsInQuestion.flatMap((each) => cluster.byKind.get(each) ?? [])) {
      const kind = kindKey(object.ref);
      if (isHarmless(object) || isEvaluated(object, mesh)) continue;
      const namespace = object.ref.namespace ?? "";
      if (
        serverKinds.includes(kind) &&
        exported.length > 0 &&
        (serverNamespaces.has(namespace) || namespace === mesh.namespace)
      ) {
        report(object, `services exported from ${mesh.id}`);
      } else if (serverKinds.includes(kind) && namespace === mesh.namespace) {
        report(object, `the federation gateways of ${mesh.id}`);
      } else if (proxyKinds.includes(kind) && places.has(namespace)) {
        report(object, `traffic of namespace ${namespace}`);
      } else if (hostKinds.includes(kind) && members.has(namespace)) {
        const named = hostsNamedBy(object).find(
          (host) =>
            hosts.has(qualified(host, namespace, mesh.clusterDomain)) ||
            // Of the wildcards, those that mean federation's hosts; "*" stands in nearly every ingress route.
            (host.startsWith("*.") && [...hosts].some((each) => each.endsWith(host.slice(1)))),
        );
        if (named !== undefined) report(object, named);
      }
    }
  }
  return [...findings.values()];
};

/**
 * Policies of other namespaces are evaluated (checks/policies). In the control plane's namespace they may act on the
 * federation gateways, and what they do there is lost with them.
 */
function isEvaluated({ ref }: KubeObject, mesh: Mesh): boolean {
  return ref.namespace !== mesh.namespace && ["AuthorizationPolicy", "NetworkPolicy"].includes(ref.kind);
}

/**
 * What the operator itself makes (Maistra operator 2.5, pkg/controller/common/metadata.go) serves the mesh as a whole; and
 * of PeerAuthentications only one that switches mTLS off refuses what a passthrough gateway hands over.
 */
function isHarmless(object: KubeObject): boolean {
  if (object.ref.kind === "PeerAuthentication") {
    const ports = valueAt(object.body, "/spec/portLevelMtls");
    const modes = [
      valueAt(object.body, "/spec/mtls/mode"),
      ...(isJsonObject(ports) ? Object.values(ports).map((port) => valueAt(port, "/mode")) : []),
    ];
    return !modes.includes("DISABLE");
  }
  return (
    isOurs(object) || valueAt(object.body, `/metadata/labels/${managedByLabel.replace("/", "~1")}`) === operatorName
  );
}

/** Every `host` and `hosts` of a rule, at any depth. */
function hostsNamedBy(object: KubeObject): string[] {
  const found: string[] = [];
  const walk = (value: Json | undefined): void => {
    if (Array.isArray(value)) for (const item of value as readonly Json[]) walk(item);
    else if (isJsonObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (key === "host" && typeof item === "string") found.push(item);
        else if (key === "hosts" && Array.isArray(item))
          found.push(...item.filter((each: unknown) => typeof each === "string"));
        else walk(item);
      }
    }
  };
  walk(valueAt(object.body, "/spec"));
  return found;
}

/** A short name means a Service of the rule's own namespace (Istio, VirtualService and DestinationRule reference). */
function qualified(host: string, namespace: string, clusterDomain: string): string {
  return host.includes(".") ? host : `${host}.${namespace}.svc.${clusterDomain}`;
}

export const objectsNotEvaluated: Check = {
  fact: "Nothing that steers or restricts the migrated traffic is left unlooked at",
  codes: [notEvaluated],
  reads: kindsInQuestion,
  run,
};
