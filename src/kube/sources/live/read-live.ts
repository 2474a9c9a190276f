// A live cluster as input: the kinds that the product reads, in one paged list each, side by side. What cannot be read is coverage and
// findings, never an exception.
import type { ClusterInput, Coverage } from "../../../core/cluster.ts";
import type { Finding } from "../../../core/finding.ts";
import { isJsonObject, type Json } from "../../../core/json.ts";
import { type KubeObject, refKey } from "../../../core/object-ref.ts";
import { compareText, groupBy, sortedBy, sortedUnique } from "../../../core/order.ts";
import {
  clusterUnreachable,
  clusterUntrusted,
  credentialsRefused,
  kindsForbidden,
  kindsInSomeNamespaces,
  kindUnreadable,
  nothingAllowed,
} from "../../../findings/codes/live.ts";
import { readRootCertificates } from "../../certificates/read-root-certificates.ts";
import { again } from "../../live/again.ts";
import { AddressTrouble } from "../../live/address-trouble.ts";
import { ApiFailure } from "../../live/api-failure.ts";
import type { ClusterClient, ServedKind } from "../../live/cluster-client.ts";
import { takeObject } from "../files/unpack-document.ts";
import { groupIn, kindIn, type KindRead, listKind } from "./list-kind.ts";
import { troubleFinding } from "./trouble-finding.ts";

export interface ReadLiveOptions {
  /** By kindKey. */
  readonly kinds: readonly string[];
  /** RFC 3339. */
  readonly asOf: string;
  /** Where to look, beside those that the cluster tells of, when lists of a whole cluster are forbidden. */
  readonly namespaces?: readonly string[];
  /** A selector of labels: the others are left out. */
  readonly labels?: string;
}

export async function readLive(client: ClusterClient, options: ReadLiveOptions): Promise<ClusterInput> {
  const { kinds, asOf } = options;
  let served: readonly (ServedKind | null)[];
  try {
    served = await Promise.all(
      kinds.map(async (key) => again(async () => client.served({ group: groupIn(key), kind: kindIn(key) }))),
    );
  } catch (error) {
    return { id: client.id, objects: [], coverage: {}, findings: [openingFinding(client, error)], asOf };
  }
  const namespaces = candidates(client, options.namespaces ?? []);
  const reads = await Promise.all(
    kinds.map(async (key, index) => listKind(client, key, served[index] ?? null, namespaces, options.labels)),
  );
  const { objects, findings } = taken(client, reads);
  return {
    id: client.id,
    objects,
    coverage: coverageOf(reads),
    findings: [...findings, ...readFindings(client, reads)],
    certificates: readRootCertificates(objects),
    asOf,
  };
}

function coverageOf(reads: readonly KindRead[]): Readonly<Record<string, Coverage>> {
  // "not-supplied" is what is not named.
  const named = reads.filter(({ coverage }) => coverage !== "not-supplied");
  return Object.fromEntries(
    named.map(({ key, coverage }) => [key, coverage] as const).sort(([left], [right]) => compareText(left, right)),
  );
}

/** As files are taken: without managedFields, private keys, values of Secrets. */
function taken(
  client: ClusterClient,
  reads: readonly KindRead[],
): { readonly objects: readonly KubeObject[]; readonly findings: readonly Finding[] } {
  const objects: KubeObject[] = [];
  const findings: Finding[] = [];
  // Answers of a server hold no aliases that could expand: there is nothing to be bounded.
  const budget = { left: Number.POSITIVE_INFINITY };
  for (const { body } of reads.flatMap((read) => read.objects)) {
    const each = takeObject(client.id, body, { cluster: client.id }, budget, budget.left);
    findings.push(...each.findings);
    if (each.object !== null) objects.push(withoutSchemas(each.object));
  }
  return { objects: sortedBy(objects, ({ ref }) => refKey(ref)), findings };
}

/** Of a definition nobody reads the schemas, which are most of it. */
function withoutSchemas(object: KubeObject): KubeObject {
  const { spec } = object.body;
  if (object.ref.kind !== "CustomResourceDefinition" || !isJsonObject(spec)) return object;
  const versions = Array.isArray(spec["versions"]) ? (spec["versions"] as readonly Json[]) : [];
  const kept = versions.map((version) => {
    if (!isJsonObject(version)) return version;
    const { schema: _, ...rest } = version;
    return rest;
  });
  return { ...object, body: { ...object.body, spec: { ...spec, versions: kept } } };
}

/** Why a cluster could not even be asked what it serves. */
function openingFinding(client: ClusterClient, error: unknown): Finding {
  const params = { cluster: client.id, at: client.at, why: error instanceof Error ? error.message : String(error) };
  const subjects = [{ cluster: client.id }];
  if (!(error instanceof ApiFailure)) throw error;
  if (error.cause instanceof AddressTrouble) return troubleFinding(client.id, error.cause);
  switch (error.reason) {
    case "untrusted":
      return clusterUntrusted.at(subjects, params);
    case "unauthorized":
    case "forbidden":
      return credentialsRefused.at(subjects, params);
    default:
      return clusterUnreachable.at(subjects, params);
  }
}

function readFindings(client: ClusterClient, reads: readonly KindRead[]): Finding[] {
  const cluster = client.id;
  const subjects = [{ cluster }];
  const readable = reads.filter(({ coverage }) => coverage !== "not-installed");
  if (
    readable.length > 0 &&
    readable.every(({ coverage, namespaces }) => coverage === "forbidden" && namespaces === null)
  )
    return [nothingAllowed.at(subjects, { cluster, at: client.at })];
  // Nobody is to be able to read Secrets: the checks that ask for their names say so themselves.
  const forbidden = reads.filter(({ key, coverage }) => coverage === "forbidden" && key !== "Secret");
  const whole = forbidden.filter(({ namespaces }) => namespaces === null);
  const partly = groupBy(
    forbidden.filter(({ namespaces }) => namespaces !== null),
    ({ namespaces }) => (namespaces ?? []).join(", "),
  );
  return [
    ...(whole.length === 0 ? [] : [kindsForbidden.at(subjects, { cluster, kinds: namesOf(whole) })]),
    ...[...partly].map(([namespaces, of]) =>
      kindsInSomeNamespaces.at(subjects, { cluster, namespaces, kinds: namesOf(of) }),
    ),
    ...reads.flatMap(({ key, trouble }) =>
      trouble === null ? [] : [kindUnreadable.at(subjects, { cluster, kind: key, why: trouble })],
    ),
  ];
}

function namesOf(reads: readonly KindRead[]): string {
  return sortedUnique(reads.map(({ key }) => key)).join(", ");
}

/** Namespaces by list; on OpenShift the projects that the user may see, which everybody may list; those that were named. */
function candidates(client: ClusterClient, named: readonly string[]): () => Promise<readonly string[]> {
  let asked: Promise<readonly string[]> | null = null;
  return async () => {
    asked ??= (async () => {
      for (const of of [
        { group: "", kind: "Namespace" },
        { group: "project.openshift.io", kind: "Project" },
      ]) {
        try {
          const { objects } = await client.list(of, { metadataOnly: true });
          return sortedUnique([...objects.map(({ ref }) => ref.name), ...named]);
        } catch (error) {
          if (!(error instanceof ApiFailure)) throw error;
        }
      }
      return sortedUnique(named);
    })();
    return asked;
  };
}
