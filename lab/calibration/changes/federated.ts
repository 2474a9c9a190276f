// Requests that federation carries, and what takes them over or stops them.
import type { JsonObject } from "../../../src/core/json.ts";
import type { Manifest } from "../../api/live-object.ts";
import { type Change, made, type Made } from "../case.ts";
import { exposureOf, identity, partsOf, policy, principal, type Route, withField } from "../route.ts";
import { controlPlane, federatedHost, places, serverService, servicePort } from "../site.ts";
import { sidecar } from "./harmless.ts";

function federated(route: Route, east: readonly Manifest[], west: readonly Manifest[]): Made {
  return made({ host: federatedHost(route.slot), port: servicePort }, east, west);
}

const ingress = principal(identity("west", controlPlane, "federation-ingress-service-account"));
const from = (source: JsonObject): JsonObject => ({ from: [{ source }] });

function policed(what: string, causes: Change["causes"], spec: (route: Route) => JsonObject): Change {
  return {
    what: `federation: ${what}`,
    causes,
    make: (route) =>
      federated(route, [], [policy("AuthorizationPolicy", route.name, route.serverNamespace, spec(route))]),
  };
}

/** The same host through the east-west gateway. */
function shifted(route: Route) {
  const own = { ...route, host: federatedHost(route.slot), port: servicePort, protocol: "HTTP" } as const;
  const parts = partsOf(own);
  return { ...parts, exposure: exposureOf(route.name, [own.host]) };
}

export const federatedChanges: readonly Change[] = [
  { what: "federation: nothing is changed", causes: null, weight: 2, make: (route) => federated(route, [], []) },
  policed("a policy that admits its gateway", null, () => ({ rules: [from({ principals: [ingress] })] })),
  policed("a policy that admits the client alone", "policy-denies", ({ clientIdentity }) => ({
    rules: [from({ principals: [principal(clientIdentity)] })],
  })),
  policed("a policy that denies its gateway", "policy-denies", () => ({
    action: "DENY",
    rules: [from({ principals: [ingress] })],
  })),
  {
    what: "federation: the server takes plain text",
    causes: null,
    make: (route) =>
      federated(
        route,
        [],
        [policy("PeerAuthentication", route.name, route.serverNamespace, { mtls: { mode: "DISABLE" } })],
      ),
  },
  {
    what: "federation: the server takes mTLS only",
    causes: null,
    make: (route) =>
      federated(
        route,
        [],
        [policy("PeerAuthentication", route.name, route.serverNamespace, { mtls: { mode: "STRICT" } })],
      ),
  },
  {
    what: "federation: the Service selects nobody",
    causes: "no-endpoint",
    make: (route) => ({
      ...federated(route, [], [withField(serverService(route.slot), "/spec/selector/app", "nobody")]),
      restored: [serverService(route.slot)],
    }),
  },
  {
    what: "federation: a Sidecar that hides it",
    causes: "no-service",
    make: (route) => federated(route, [sidecar(route, [`${places.local}/*`])], []),
  },
  {
    what: "federation: a Sidecar that shows the control plane",
    causes: null,
    make: (route) => federated(route, [sidecar(route, [`${controlPlane}/*`])], []),
  },
  {
    what: "federation: a Sidecar that hides the entry which would take over",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = shifted({ ...route, home: places.imports });
      const scope = sidecar(route, [`${controlPlane}/*`]);
      return federated(route, [remote, workload, entry, scope], [exported, exposure]);
    },
  },
  {
    what: "federation: an entry takes over",
    causes: null,
    weight: 2,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = shifted(route);
      return federated(route, [remote, workload, entry], [exported, exposure]);
    },
  },
  {
    what: "federation: an entry for another namespace",
    causes: null,
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = shifted(route);
      const elsewhere = withField(entry, "/spec/exportTo", [places.marker]);
      return federated(route, [remote, workload, elsewhere], [exported, exposure]);
    },
  },
  {
    what: "federation: an entry takes over, under a wrong name",
    causes: "name-refused",
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = shifted(route);
      const other = withField(entry, "/spec/subjectAltNames", [identity("west", route.serverNamespace, "other")]);
      return federated(route, [remote, workload, other], [exported, exposure]);
    },
  },
  {
    what: "federation: an entry takes over, without an endpoint",
    causes: "no-endpoint",
    make: (route) => {
      const { entry, remote, exported, exposure } = shifted(route);
      return federated(route, [remote, entry], [exported, exposure]);
    },
  },
  {
    what: "federation: an entry takes over, and the policy admits only its gateway",
    causes: "policy-denies",
    make: (route) => {
      const { entry, workload, remote, exported, exposure } = shifted(route);
      const closed = policy("AuthorizationPolicy", route.name, route.serverNamespace, {
        rules: [from({ principals: [ingress] })],
      });
      return federated(route, [remote, workload, entry], [exported, exposure, closed]);
    },
  },
];
