// Worlds in which requests arrive through the east-west gateway, and changes that are right.
import type { JsonObject } from "../../../src/core/json.ts";
import { type Change, made } from "../case.ts";
import {
  exposureOf,
  freshConnections,
  identity,
  istio,
  partsOf,
  policy,
  principal,
  renamed,
  type Route,
  withField,
} from "../route.ts";
import { places, trustDomain } from "../site.ts";

/** The route as it is, with more objects beside it. */
function beside(route: Route, east: readonly Parameters<typeof withField>[0][], west: typeof east = []) {
  const { entry, workload, remote, exported, exposure } = partsOf(route);
  return made(route, [remote, workload, entry, ...east], [exported, exposure, ...west]);
}

export const harmless: readonly Change[] = [
  { what: "nothing is changed", causes: null, weight: 6, make: (route) => beside(route, []) },
  {
    what: "an entry of two hosts",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported } = partsOf(route);
      const hosts = [route.host, `other.${route.host}`];
      return made(
        route,
        [remote, workload, withField(entry, "/spec/hosts", hosts)],
        [withField(exported, "/spec/hosts", hosts), exposureOf(route.name, hosts)],
      );
    },
  },
  {
    what: "more names are accepted than the server has",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = partsOf(route);
      const names = [identity("west", "elsewhere", "other"), route.serverIdentity];
      return made(route, [remote, workload, withField(entry, "/spec/subjectAltNames", names)], [exported, exposure]);
    },
  },
  {
    what: "no name is asked for",
    causes: null,
    weight: 2,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = partsOf(route);
      return made(route, [remote, workload, withField(entry, "/spec/subjectAltNames", [])], [exported, exposure]);
    },
  },
  {
    what: "an entry for every namespace",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = partsOf(route);
      return made(route, [remote, workload, withField(entry, "/spec/exportTo", ["*"])], [exported, exposure]);
    },
  },
  {
    what: "unrelated objects of the same kinds",
    causes: null,
    weight: 2,
    make: (route, draw) => {
      const { entry, workload, exported } = partsOf(route);
      const name = `${route.name}-other`;
      const hosts = [`unrelated.${route.host}`];
      const other = withField(withField(renamed(entry, name), "/spec/hosts", hosts), "/spec/workloadSelector", {
        labels: { case: name },
      });
      const lonely = withField(renamed(workload, name), "/metadata/labels", { case: "nobody" });
      const far = withField(renamed(exported, name), "/spec/hosts", hosts);
      const closed = policy("AuthorizationPolicy", name, route.serverNamespace, {
        selector: { matchLabels: { app: "nobody" } },
        ...(draw.chance(50) ? { action: "DENY", rules: [{}] } : {}),
      });
      return beside(route, [other, lonely], [far, closed]);
    },
  },
  {
    what: "a policy that admits the client",
    causes: null,
    weight: 3,
    make: (route, draw) => {
      const mine = principal(route.clientIdentity);
      const source = draw.oneOf([
        { principals: [mine] },
        { principals: [`*/sa/client`] },
        { principals: [mine.replace(trustDomain.east, trustDomain.west)] },
        { namespaces: [route.clientNamespace] },
        { notPrincipals: [principal(identity("east", "elsewhere", "client"))] },
      ]);
      return beside(
        route,
        [],
        [
          policy("AuthorizationPolicy", route.name, route.serverNamespace, {
            ...(draw.chance(50) ? { selector: { matchLabels: { app: "server" } } } : {}),
            rules: [{ from: [{ source }] }],
          }),
        ],
      );
    },
  },
  {
    what: "a policy that denies somebody else",
    causes: null,
    make: (route) => {
      const source = { principals: [principal(identity("east", "elsewhere", "client"))] };
      return beside(
        route,
        [],
        [
          policy("AuthorizationPolicy", route.name, route.serverNamespace, {
            action: "DENY",
            rules: [{ from: [{ source }] }],
          }),
        ],
      );
    },
  },
  {
    what: "the server takes mTLS only",
    causes: null,
    make: (route) =>
      beside(
        route,
        [],
        [policy("PeerAuthentication", route.name, route.serverNamespace, { mtls: { mode: "STRICT" } })],
      ),
  },
  {
    what: "the exposure names a suffix",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported } = partsOf(route);
      const suffix = `*.${route.host.split(".").slice(1).join(".")}`;
      return made(route, [remote, workload, entry], [exported, exposureOf(route.name, [suffix])]);
    },
  },
  {
    what: "two accounts behind one entry, both named",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = partsOf(route);
      const names = ["httpbin", "httpbin-2"].map((account) => identity("west", places.several, account));
      const far = withField(
        withField(exported, "/metadata/namespace", places.several),
        "/spec/workloadSelector/labels/app",
        "httpbin",
      );
      return made(route, [remote, workload, withField(entry, "/spec/subjectAltNames", names)], [far, exposure]);
    },
  },
  {
    what: "a DestinationRule that changes no TLS",
    causes: null,
    make: (route, draw) =>
      beside(route, [
        {
          apiVersion: istio,
          kind: "DestinationRule",
          metadata: { name: route.name, namespace: route.clientNamespace },
          spec: {
            host: route.host,
            trafficPolicy: {
              ...freshConnections,
              ...draw.oneOf<JsonObject>([
                { loadBalancer: { simple: "ROUND_ROBIN" } },
                { outlierDetection: { consecutive5xxErrors: 50 } },
                { portLevelSettings: [{ port: { number: route.port + 1 }, tls: { mode: "DISABLE" } }] },
              ]),
            },
          },
        },
      ]),
  },
  {
    what: "a Sidecar that shows the entry",
    causes: null,
    make: (route) => beside(route, [sidecar(route, [`${route.home}/*`])]),
  },
  {
    what: "an endpoint with an address of its own network",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = partsOf(route);
      return made(route, [remote, withField(workload, "/spec/address", "192.0.2.9"), entry], [exported, exposure]);
    },
  },
  {
    what: "two endpoints behind one gateway",
    causes: null,
    make: (route) => beside(route, [renamed(partsOf(route).workload, `${route.name}-2`)]),
  },
];

/** A Sidecar of the client's namespace; the marker is always shown, since it is waited for. */
export function sidecar({ name, clientNamespace }: Route, hosts: readonly string[]) {
  return {
    apiVersion: istio,
    kind: "Sidecar",
    metadata: { name, namespace: clientNamespace },
    spec: { egress: [{ hosts: [`${places.marker}/*`, ...hosts] }] },
  };
}
