// What can be wrong on the server's side of an east-west route: what the gateway passes on, what stands behind it, whom that lets in.
import type { JsonObject } from "../../../src/core/json.ts";
import type { ReasonCode } from "../../../src/dataplane/reached.ts";
import type { Manifest } from "../../api/live-object.ts";
import { type Change, made } from "../case.ts";
import {
  exposureOf,
  identity,
  type Parts,
  partsOf,
  renamed,
  policy,
  principal,
  type Route,
  withField,
} from "../route.ts";
import { gatewayLabel, places, trustDomain } from "../site.ts";

function wrong(
  causes: ReasonCode,
  what: string,
  change: (parts: Parts, route: Route) => readonly Manifest[],
  more: Partial<Change> = {},
): Change {
  return {
    causes,
    what,
    ...more,
    make: (route) => {
      const parts = partsOf(route);
      return made(route, [parts.remote, parts.workload, parts.entry], change(parts, route));
    },
  };
}

/** The route with a policy for its server. */
function denied(what: string, spec: (route: Route) => JsonObject): Change {
  return wrong("policy-denies", what, ({ exported, exposure }, route) => [
    exported,
    exposure,
    policy("AuthorizationPolicy", route.name, route.serverNamespace, spec(route)),
  ]);
}

const from = (source: JsonObject): JsonObject => ({ from: [{ source }] });

/** The server is one of another namespace; its name is not asked for. */
function servedBy(what: string, namespace: string): Change {
  return {
    causes: "no-mtls",
    what,
    weight: 2,
    make: (route) => {
      const { remote, workload, entry, exported, exposure } = partsOf(route);
      const open = withField(entry, "/spec/subjectAltNames", []);
      return made(route, [remote, workload, open], [withField(exported, "/metadata/namespace", namespace), exposure]);
    },
  };
}

export const exporter: readonly Change[] = [
  wrong("not-exposed", "no exposure", ({ exported }) => [exported]),
  wrong("not-exposed", "an exposure that selects no gateway", ({ exported, exposure }) => [
    exported,
    withField(exposure, "/spec/selector", { ...gatewayLabel, "istio.io/gateway-name": "eastwestgateway" }),
  ]),
  wrong("not-exposed", "an exposure of another host", ({ exported, exposure }, { host }) => [
    exported,
    withField(exposure, "/spec/servers/0/hosts", [`not.${host}`]),
  ]),
  wrong("not-exposed", "an exposure at another port", ({ exported, exposure }) => [
    exported,
    withField(exposure, "/spec/servers/0/port/number", 15999),
  ]),
  wrong("not-exposed", "an exposure with another TLS mode", ({ exported, exposure }) => [
    exported,
    withField(exposure, "/spec/servers/0/tls/mode", "PASSTHROUGH"),
  ]),
  wrong("not-exposed", "no entry behind the gateway", ({ exposure }) => [exposure]),
  wrong("not-exposed", "an entry that the gateway does not see", ({ exported, exposure }) => [
    withField(exported, "/spec/exportTo", ["."]),
    exposure,
  ]),
  wrong("not-exposed", "an entry with another port", ({ exported, exposure }, { port }) => [
    withField(exported, "/spec/ports/0/number", port + 1000),
    exposure,
  ]),
  wrong(
    "exposed-twice",
    "two entries of the host",
    ({ exported, exposure }) => [exported, withField(exported, "/metadata/namespace", places.several), exposure],
    { weight: 5, apart: true },
  ),
  {
    causes: null,
    what: "another host at the gateway has two entries",
    apart: true,
    make: (route) => {
      const { remote, workload, entry, exported } = partsOf(route);
      const twin = withField(renamed(exported, `${route.name}-twin`), "/spec/hosts", [`twin.${route.host}`]);
      const both = [twin, withField(twin, "/metadata/namespace", places.several)];
      const exposed = exposureOf(route.name, [route.host, `twin.${route.host}`]);
      return made(route, [remote, workload, entry], [exported, exposed, ...both]);
    },
  },
  wrong("no-endpoint", "an entry that selects nobody", ({ exported, exposure }) => [
    withField(exported, "/spec/workloadSelector/labels/app", "nobody"),
    exposure,
  ]),
  servedBy("a server without a sidecar", places.plain),
  servedBy("a server whose sidecar leaves the port to the program", places.open),
  wrong("no-mtls", "the server takes plain text", ({ exported, exposure }, route) => [
    exported,
    exposure,
    policy("PeerAuthentication", route.name, route.serverNamespace, { mtls: { mode: "DISABLE" } }),
  ]),
  {
    causes: "name-refused",
    what: "two accounts behind one entry, one of them named",
    weight: 2,
    make: (route) => {
      const { remote, workload, entry, exported, exposure } = partsOf(route);
      const names = [identity("west", places.several, "httpbin")];
      const far = withField(
        withField(exported, "/metadata/namespace", places.several),
        "/spec/workloadSelector/labels/app",
        "httpbin",
      );
      return made(route, [remote, workload, withField(entry, "/spec/subjectAltNames", names)], [far, exposure]);
    },
  },
  denied("a policy that admits only federation's gateway", () => ({
    rules: [from({ principals: [principal(identity("west", "istio-system", "federation-ingress-service-account"))] })],
  })),
  denied("a policy that denies the client's namespace", ({ clientNamespace }) => ({
    action: "DENY",
    rules: [from({ namespaces: [clientNamespace] })],
  })),
  denied("a policy that denies the client under the mesh's own domain", ({ clientIdentity }) => ({
    action: "DENY",
    rules: [from({ principals: [principal(clientIdentity).replace(trustDomain.east, trustDomain.west)] })],
  })),
  denied("a policy that admits nobody", () => ({})),
  denied("a policy that admits another port", ({ clientIdentity }) => ({
    rules: [{ ...from({ principals: [principal(clientIdentity)] }), to: [{ operation: { ports: ["8081"] } }] }],
  })),
  denied("a policy that admits everybody but the client", ({ clientIdentity }) => ({
    selector: { matchLabels: { app: "server" } },
    rules: [from({ notPrincipals: [principal(clientIdentity)] })],
  })),
];
