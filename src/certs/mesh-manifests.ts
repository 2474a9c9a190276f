// The CAs of a mesh as Kubernetes objects. Knows no file format.

/** A Secret or ConfigMap, with its members in the order in which people read them. */
export interface Manifest {
  readonly apiVersion: "v1";
  readonly kind: "Secret" | "ConfigMap";
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly type?: "Opaque";
  readonly data: Readonly<Record<string, string>>;
}

/** The names that istiod knows (istio 1.22, pilot/pkg/bootstrap/istio_ca.go, and security/pkg/pki/ca/ca.go). */
const secretKeys = ["root-cert.pem", "ca-cert.pem", "ca-key.pem", "cert-chain.pem"] as const;

/** The Secret that istiod takes its CA from. It holds the CA's private key. */
export function cacertsSecret(files: ReadonlyMap<string, string>, namespace: string): Manifest {
  const data = secretKeys.map((key) => [key, Buffer.from(files.get(key) ?? "", "utf8").toString("base64")]);
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "cacerts", namespace },
    type: "Opaque",
    data: Object.fromEntries(data) as Record<string, string>,
  };
}

/** The ConfigMap from which a ServiceMeshPeer takes the other mesh's root. */
export function rootConfigMap(name: string, namespace: string, root: string): Manifest {
  return { apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace }, data: { "root-cert.pem": root } };
}
