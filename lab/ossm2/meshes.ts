// ServiceMeshControlPlanes and ServiceMeshPeers as the stand-in reads them, and which two peers are the ends of one link.
import { pointer } from "../../src/core/pointer.ts";
import type { LiveObject } from "../api/live-object.ts";
import { listAt, numberAt, objectAt, textAt, textMapAt, textsAt } from "./read-fields.ts";

export interface GatewayView {
  readonly name: string;
  readonly side: "ingress" | "egress";
  readonly namespace: string;
  /** Of its Service, as the control plane states them. */
  readonly labels: Readonly<Record<string, string>>;
  readonly type: string;
  readonly ports: readonly { readonly name: string; readonly port: number }[];
  readonly networkView: readonly string[];
}

export interface MeshView {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly generation: number;
  readonly mode: string;
  readonly trustDomain: string;
  readonly trustDomainAliases: readonly string[];
  readonly caCertificates: readonly unknown[];
  readonly network: string;
  readonly pilotEnv: Readonly<Record<string, string>>;
  readonly gateways: readonly GatewayView[];
}

export interface PeerView {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly addresses: readonly string[];
  readonly servicePort: number;
  readonly ingress: string;
  readonly egress: string;
  readonly clientID: string;
  readonly trustDomain: string;
  /** The ConfigMap with the other mesh's root, and the key in it. */
  readonly root: { readonly configMap: string; readonly key: string };
}

export function meshOf(object: LiveObject): MeshView {
  const { name, namespace = "", uid, generation = 0 } = object.metadata;
  const additional = textsAt(object, "/spec/security/trust/additionalDomains");
  const side = (kind: "ingress" | "egress"): GatewayView[] => {
    const place = kind === "ingress" ? "/spec/gateways/additionalIngress" : "/spec/gateways/additionalEgress";
    return Object.entries(objectAt(object, place)).flatMap(([key, gateway]) => {
      const isOff = objectAt(object, place + pointer(key))["enabled"] === false;
      return isOff ? [] : [gatewayOf(key, kind, gateway, namespace)];
    });
  };
  const allOff = objectAt(object, "/spec/gateways")["enabled"] === false;
  return {
    name,
    namespace,
    uid,
    generation,
    mode: textAt(object, "/spec/mode") || "MultiTenant",
    trustDomain: textAt(object, "/spec/security/trust/domain") || "cluster.local",
    trustDomainAliases:
      additional.length > 0 ? additional : textsAt(object, "/spec/techPreview/meshConfig/trustDomainAliases"),
    caCertificates: listAt(object, "/spec/techPreview/meshConfig/caCertificates"),
    network: textAt(object, "/spec/cluster/network"),
    pilotEnv: textMapAt(object, "/spec/runtime/components/pilot/container/env"),
    gateways: allOff ? [] : [...side("ingress"), ...side("egress")],
  };
}

function gatewayOf(name: string, side: GatewayView["side"], gateway: LiveObject[string], home: string): GatewayView {
  const ports = listAt(gateway, "/service/ports").map((port) => ({
    name: textAt(port, "/name"),
    port: numberAt(port, "/port") ?? 0,
  }));
  return {
    name,
    side,
    namespace: textAt(gateway, "/namespace") || home,
    labels: textMapAt(gateway, "/service/metadata/labels"),
    type: textAt(gateway, "/service/type") || "ClusterIP",
    ports,
    networkView: textsAt(gateway, "/requestedNetworkView"),
  };
}

export function peerOf(object: LiveObject): PeerView {
  const { name, namespace = "", uid } = object.metadata;
  return {
    name,
    namespace,
    uid,
    addresses: textsAt(object, "/spec/remote/addresses"),
    servicePort: numberAt(object, "/spec/remote/servicePort") ?? 15443,
    ingress: textAt(object, "/spec/gateways/ingress/name"),
    egress: textAt(object, "/spec/gateways/egress/name"),
    clientID: textAt(object, "/spec/security/clientID"),
    trustDomain: textAt(object, "/spec/security/trustDomain"),
    root: {
      configMap: textAt(object, "/spec/security/certificateChain/name") || `${name}-ca-root-cert`,
      key: textAt(object, "/spec/security/certificateChain/key") || "root-cert.pem",
    },
  };
}

/** The operator names a gateway's service account after the gateway. */
export function accountOf(gateway: string): string {
  return `${gateway}-service-account`;
}

/** "east.local/ns/istio-system/sa/federation-egress-service-account" */
export function identityOf({ trustDomain, namespace }: MeshView, gateway: string): string {
  return `${trustDomain}/ns/${namespace}/sa/${accountOf(gateway)}`;
}

/** One end of a link as the other end finds it. */
export interface End {
  readonly mesh: MeshView;
  readonly peer: PeerView;
  /** Where the federation ingress gateway of the peer answers; none while it is not there or has no ready pod. */
  readonly addresses: readonly string[];
}

/**
 * The other end of a peer: it answers at one of the peer's addresses, is of the trust domain that the peer names, and has a
 * peer that lets this mesh's egress gateway in.
 */
export function otherEnd<E extends End>(mesh: MeshView, peer: PeerView, ends: readonly E[]): E | undefined {
  const caller = identityOf(mesh, peer.egress);
  return ends.find(
    (end) =>
      end.peer.clientID === caller &&
      end.mesh.trustDomain === peer.trustDomain &&
      peer.addresses.some((address) => end.addresses.includes(address)),
  );
}
