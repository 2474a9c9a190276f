// The roots that a mesh trusts today, from what istiod publishes. The Secret that holds the key is never looked at.
import { type CertificateBlock, certificateBlocks, certificateHashes } from "../core/certificates.ts";
import { type Known, known, unknown } from "../core/finding.ts";
import type { MeshId } from "../core/ids.ts";
import type { ObjectRef } from "../core/object-ref.ts";
import { rootNotSupplied } from "../findings/codes/inventory.ts";
import { caSecret } from "./certificate-authority.ts";
import { type Cluster, findTyped } from "./cluster.ts";
import type { Mesh, RootBundle } from "./mesh.ts";

/** istiod writes its bundle into this ConfigMap of every namespace (Istio 1.20, pilot/pkg/serviceregistry/kube/controller/namespacecontroller.go). */
export const rootConfigMap = "istio-ca-root-cert";
export const rootKey = "root-cert.pem";

/** Which bundle the trust phase has written into the Secret cacerts: its hash, in the same patch. */
export const rootsAnnotation = "meshferry.dev/trusted-roots";

/** What is noted on the mesh's Secret cacerts; null: nothing, or the Secret was not supplied. */
export function recordedRoots(cluster: Cluster, mesh: Pick<Mesh, "namespace">): string | null {
  const secret = findTyped(cluster, "Secret", mesh.namespace, caSecret);
  return secret?.view.metadata.annotations[rootsAnnotation] ?? null;
}

/** The bundle of the mesh whose control plane is in `namespace`. */
export function rootBundle(cluster: Cluster, namespace: string, mesh: ObjectRef): Known<RootBundle> {
  const configMap = findTyped(cluster, "ConfigMap", namespace, rootConfigMap);
  const pem = configMap?.view.data[rootKey] ?? "";
  const certificates = certificateHashes(pem);
  if (!configMap || certificates.length === 0) {
    return unknown(
      rootNotSupplied.at([mesh], { mesh: `${namespace}/${mesh.name}`, configMap: `${namespace}/${rootConfigMap}` }),
    );
  }
  return known({ pem, certificates, source: configMap.ref });
}

export type OwnRoots = ReadonlyMap<MeshId, readonly CertificateBlock[]>;

/**
 * For each mesh the certificates of its bundle that are its own, in their order: the first one, and what is not the first
 * of another mesh. A bundle begins with the bytes that its mesh had before the roots of others were added behind them.
 */
export function ownRoots(meshes: readonly Mesh[]): OwnRoots {
  const bundles = meshes.map(({ id, roots }) => ({
    id,
    blocks: roots.known ? certificateBlocks(roots.value.pem) : [],
  }));
  const firsts = new Set(bundles.map(({ blocks }) => blocks[0]?.hash));
  return new Map(
    bundles.map(({ id, blocks }) => {
      const [own] = blocks;
      return [id, blocks.filter(({ hash }) => hash === own?.hash || !firsts.has(hash))];
    }),
  );
}
