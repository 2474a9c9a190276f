// Services of the client's own mesh, and endpoints of the other mesh that join them.
import type { Manifest } from "../../api/live-object.ts";
import { type Change, made, type Made } from "../case.ts";
import { identity, partsOf, policy, principal, type Route, withField } from "../route.ts";
import { localLabel, places, serverPort, servicePort } from "../site.ts";
import { sidecar } from "./harmless.ts";

const localServer = identity("east", places.local, "server");

/** A Service of the case's own in front of the local server. */
function local(route: Route): Manifest {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: route.name, namespace: places.local },
    spec: {
      selector: { ...localLabel(route.slot) },
      ports: [{ name: "http", port: servicePort, targetPort: serverPort }],
    },
  };
}

function localMade(route: Route, east: readonly Manifest[], west: readonly Manifest[] = []): Made {
  const host = `${route.name}.${places.local}.svc.cluster.local`;
  return made({ host, port: servicePort }, east, west);
}

/** The other mesh's server as an endpoint of the Service. */
function joined(route: Route, service: Manifest): Made {
  const host = `${route.name}.${places.local}.svc.cluster.local`;
  const own = { ...route, host, port: servicePort, protocol: "HTTP", home: places.local } as const;
  const { workload, remote, exported, exposure } = partsOf(own);
  const labels = { ...localLabel(route.slot), "security.istio.io/tlsMode": "istio" };
  return localMade(route, [remote, service, withField(workload, "/metadata/labels", labels)], [exported, exposure]);
}

const accounts = "/metadata/annotations/alpha.istio.io~1canonical-serviceaccounts";

export const localChanges: readonly Change[] = [
  { what: "own mesh: nothing is changed", causes: null, weight: 2, make: (route) => localMade(route, [local(route)]) },
  {
    what: "own mesh: a target port by its name",
    causes: null,
    make: (route) => localMade(route, [withField(local(route), "/spec/ports/0/targetPort", "web")]),
  },
  {
    what: "own mesh: the Service selects nobody",
    causes: "no-endpoint",
    weight: 2,
    make: (route) => localMade(route, [withField(local(route), "/spec/selector", { app: "nobody" })]),
  },
  {
    what: "own mesh: a server without a sidecar",
    causes: null,
    make: (route) => localMade(route, [withField(local(route), "/spec/selector", { app: "plain" })]),
  },
  {
    what: "own mesh: the Service has another port",
    causes: "no-service",
    make: (route) => localMade(route, [withField(local(route), "/spec/ports/0/port", servicePort + 1000)]),
  },
  {
    what: "own mesh: a policy that denies the client",
    causes: "policy-denies",
    make: (route) =>
      localMade(route, [
        local(route),
        policy("AuthorizationPolicy", route.name, places.local, {
          action: "DENY",
          rules: [{ from: [{ source: { principals: [principal(route.clientIdentity)] } }] }],
        }),
      ]),
  },
  {
    what: "own mesh: a Sidecar that hides the Service",
    causes: "no-service",
    make: (route) => localMade(route, [local(route), sidecar(route, [`${places.imports}/*`])]),
  },
  {
    what: "own mesh: the Service is shown to another namespace",
    causes: "no-service",
    make: (route) =>
      localMade(route, [withField(local(route), "/metadata/annotations/networking.istio.io~1exportTo", places.marker)]),
  },
  {
    what: "own mesh: an endpoint of the other mesh joins, under its name",
    causes: null,
    weight: 2,
    make: (route) => joined(route, withField(local(route), accounts, `${route.serverIdentity},${localServer}`)),
  },
  {
    what: "own mesh: an endpoint of the other mesh joins, without its name",
    causes: "name-refused",
    weight: 2,
    make: (route) => joined(route, local(route)),
  },
];
