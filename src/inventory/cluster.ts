// A cluster whose objects of known kinds have been read into typed views. Knows nothing of meshes.
import type { CertificateReadings } from "../core/certificates.ts";
import type { ClusterInput, Coverage } from "../core/cluster.ts";
import type { Finding, Produced } from "../core/finding.ts";
import type { ClusterId } from "../core/ids.ts";
import { type KubeObject, kindKey, type ObjectRef, refKey } from "../core/object-ref.ts";
import { sortedBy } from "../core/order.ts";
import { pointer } from "../core/pointer.ts";
import { fieldOfWrongType } from "../findings/codes/inventory.ts";
import type { Misfit } from "./kinds/fields.ts";
import { type KindName, kinds, type View } from "./kinds/registry.ts";

/** An object with the view of the fields in use. */
export interface Typed<K extends KindName> {
  readonly ref: ObjectRef;
  readonly object: KubeObject;
  readonly view: View<K>;
}

export interface Cluster {
  readonly id: ClusterId;
  readonly coverage: Readonly<Record<string, Coverage>>;
  /** Every object, by refKey. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** The same by kindKey, in the order of refKey: also of kinds that no view is read of. */
  readonly byKind: ReadonlyMap<string, readonly KubeObject[]>;
  /** What is in the certificates; null: nobody has looked into them. */
  readonly certificates: CertificateReadings | null;
  /** The time that dates are compared with, in milliseconds since 1970; null: dates are not judged. */
  readonly asOfMs: number | null;
  /** The readable objects of each kind in use, in the order of refKey. */
  readonly typed: { readonly [K in KindName]: readonly Typed<K>[] };
  /** The same, by "NAMESPACE/NAME". */
  readonly byName: { readonly [K in KindName]: ReadonlyMap<string, Typed<K>> };
}

/**
 * Reads the objects of the kinds in use. An object whose used fields have a wrong type is left out and reported;
 * the others are not affected.
 */
export function readCluster(input: ClusterInput): Produced<Cluster> {
  const findings: Finding[] = [...input.findings];
  const objects = new Map<string, KubeObject>();
  const byKind = new Map<string, KubeObject[]>();
  const typed = new Map<KindName, Map<string, Typed<KindName>>>();
  for (const kind of Object.keys(kinds)) if (isKindInUse(kind)) typed.set(kind, new Map());
  const keyed = input.objects.map((object): readonly [key: string, KubeObject] => [refKey(object.ref), object]);
  for (const [key, object] of sortedBy(keyed, ([its]) => its)) {
    objects.set(key, object);
    const kind = kindKey(object.ref);
    const ofKind = byKind.get(kind);
    if (ofKind) ofKind.push(object);
    else byKind.set(kind, [object]);
    if (!isKindInUse(kind)) continue;
    const misfits: Misfit[] = [];
    const view = kinds[kind].read(object.body, misfits);
    if (misfits.length === 0) {
      const { ref } = object;
      typed.get(kind)?.set(`${ref.namespace ?? ""}/${ref.name}`, { ref, object, view });
      continue;
    }
    for (const { path, problem } of misfits.slice(0, 5))
      findings.push(fieldOfWrongType.at([object.ref, object.origin], { field: pointer(...path), problem }));
  }
  return {
    value: {
      id: input.id,
      coverage: input.coverage,
      objects,
      byKind,
      certificates: input.certificates ?? null,
      asOfMs: input.asOf === undefined ? null : Date.parse(input.asOf),
      // The two maps are keyed by every kind in use, and each view was parsed by its own kind's schema above.
      typed: Object.fromEntries(
        [...typed].map(([kind, items]) => [kind, [...items.values()]]),
      ) as unknown as Cluster["typed"],
      byName: Object.fromEntries(typed) as unknown as Cluster["byName"],
    },
    findings,
  };
}

/** What is known of a kind in this cluster. */
export function coverageOf(cluster: Cluster, kind: string): Coverage {
  return cluster.coverage[kind] ?? "not-supplied";
}

/** The typed object of a kind, by namespace and name; undefined where it was not supplied or could not be read. */
export function findTyped<K extends KindName>(
  cluster: Cluster,
  kind: K,
  namespace: string | null,
  name: string,
): Typed<K> | undefined {
  return cluster.byName[kind].get(`${namespace ?? ""}/${name}`);
}

function isKindInUse(kind: string): kind is KindName {
  return Object.hasOwn(kinds, kind);
}
