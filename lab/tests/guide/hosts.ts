// The services of the published guide's example, and one of TCP beside them: who exports what under which names.

export interface SharedService {
  /** The Service's name and namespace on the exporter. */
  readonly service: string;
  readonly namespace: string;
  readonly port: number;
  readonly portName: string;
  readonly protocol: "HTTP" | "TCP";
  readonly targetPort: number;
  /** What the importer's clients call. */
  readonly importedHost: string;
  /** What federation calls it between the gateways. */
  readonly exportedHost: string;
  /** The importer's egress gateway has a port for each. */
  readonly egressPort: number;
  /** The label `app` of the importer's WorkloadEntry. */
  readonly entryLabel: string;
}

export const trustDomain = { east: "east.local", west: "west.local" } as const;
export const network = { east: "network-east-mesh", west: "network-west-mesh" } as const;
export const controlPlane = "istio-system";

const http = { port: 8000, portName: "http", protocol: "HTTP", targetPort: 8080 } as const;

export const httpA: SharedService = {
  ...http,
  service: "httpbin",
  namespace: "a",
  importedHost: "httpbin.a.svc.west-mesh-imports.local",
  exportedHost: "httpbin.a.svc.east-mesh-exports.local",
  egressPort: 15443,
  entryLabel: "httpbin-west-imports",
};

export const httpB: SharedService = {
  ...http,
  service: "httpbin",
  namespace: "b",
  importedHost: "httpbin.b.svc.cluster.local",
  exportedHost: "httpbin.b.svc.east-mesh-exports.local",
  egressPort: 15444,
  entryLabel: "httpbin-cluster-local",
};

export const echoA: SharedService = {
  service: "echo",
  namespace: "a",
  port: 9000,
  portName: "tcp",
  protocol: "TCP",
  targetPort: 9000,
  importedHost: "echo.a.svc.west-mesh-imports.local",
  exportedHost: "echo.a.svc.east-mesh-exports.local",
  egressPort: 15445,
  entryLabel: "echo-west-imports",
};

export const sharedServices: readonly SharedService[] = [httpA, httpB, echoA];

export const identity = {
  client: `spiffe://${trustDomain.east}/ns/client/sa/curl`,
  egress: `spiffe://${trustDomain.east}/ns/${controlPlane}/sa/federation-egress-service-account`,
  ingress: `spiffe://${trustDomain.west}/ns/${controlPlane}/sa/federation-ingress-service-account`,
  server: ({ namespace }: SharedService) => `spiffe://${trustDomain.west}/ns/${namespace}/sa/httpbin`,
} as const;
