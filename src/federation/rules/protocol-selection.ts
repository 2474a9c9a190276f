// Which protocol istiod takes a port to speak. An export carries the answer along, and the importer uses it as it came.

/** Istio's spelling; "UnsupportedProtocol" means that the proxy sniffs. */
export type IstioProtocol =
  | "TCP"
  | "UDP"
  | "GRPC"
  | "GRPC-Web"
  | "HTTP"
  | "HTTP_PROXY"
  | "HTTP2"
  | "HTTPS"
  | "TLS"
  | "Mongo"
  | "Redis"
  | "MySQL"
  | "UnsupportedProtocol";

/** OSSM 2.5 is built on Istio 1.18, OSSM 2.6 on Istio 1.20. */
export type IstioBase = "1.18" | "1.20";

/** The names that istiod knows, in lower case (Maistra 2.5, pkg/config/protocol/instance.go). */
const KNOWN: ReadonlyMap<string, IstioProtocol> = new Map<string, IstioProtocol>([
  ["tcp", "TCP"],
  ["udp", "UDP"],
  ["grpc", "GRPC"],
  ["grpc-web", "GRPC-Web"],
  ["http", "HTTP"],
  ["http_proxy", "HTTP_PROXY"],
  ["http2", "HTTP2"],
  ["https", "HTTPS"],
  ["tls", "TLS"],
  ["mongo", "Mongo"],
  ["redis", "Redis"],
  ["mysql", "MySQL"],
]);

/** Ports whose server speaks first: never sniffed (Maistra 2.5, pkg/config/kube/conversion.go). */
const SERVER_FIRST_PORTS: ReadonlySet<number> = new Set([25, 53, 3306, 27017]);

/** The protocol that a ServiceEntry's port names (Maistra 2.5, pilot/pkg/serviceregistry/serviceentry/conversion.go). */
export function namedProtocol(text: string): IstioProtocol {
  return KNOWN.get(text.toLowerCase()) ?? "UnsupportedProtocol";
}

export interface ServicePortFacts {
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  readonly appProtocol: string;
}

/**
 * The protocol of a Kubernetes Service's port: UDP by transport, else the appProtocol, else the port name, up to the first "-"
 * (Maistra 2.5, pkg/config/kube/conversion.go). `kubernetes.io/h2c` is unknown to Istio 1.18 and HTTP2 from 1.20 on
 * (maistra-2.6, same file).
 */
export function servicePortProtocol(port: ServicePortFacts, base: IstioBase = "1.18"): IstioProtocol {
  if (port.protocol === "UDP") return "UDP";
  if (base === "1.20" && port.appProtocol === "kubernetes.io/h2c") return "HTTP2";
  const said = port.appProtocol === "" ? port.name : port.appProtocol;
  if (said.slice(0, "grpc-web".length).toLowerCase() === "grpc-web") return "GRPC-Web";
  const dash = said.indexOf("-");
  const protocol = namedProtocol(dash < 0 ? said : said.slice(0, dash));
  return protocol === "UnsupportedProtocol" && SERVER_FIRST_PORTS.has(port.port) ? "TCP" : protocol;
}
