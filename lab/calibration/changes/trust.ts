// Meshes without federation whose roots do not know each other, or where only the client's mesh knows the server's.
import { type Change, made, type Stage } from "../case.ts";
import { partsOf, policy, type Route, withField } from "../route.ts";

function right(route: Route) {
  const { entry, workload, remote, exported, exposure } = partsOf(route);
  return { east: [remote, workload, entry], west: [exported, exposure] };
}

function changesOf(stage: Stage, causes: Change["causes"]): readonly Change[] {
  const title = stage === "untrusting" ? "no common root" : "only the client knows the other root";
  return [
    {
      what: title,
      stage,
      causes,
      weight: 5,
      make: (route) => made(route, right(route).east, right(route).west),
    },
    {
      what: `${title}, no name is asked for`,
      stage,
      causes,
      weight: 2,
      make: (route) => {
        const { entry, workload, remote, exported, exposure } = partsOf(route);
        return made(route, [remote, workload, withField(entry, "/spec/subjectAltNames", [])], [exported, exposure]);
      },
    },
    {
      what: `${title}, the server takes mTLS only`,
      stage,
      causes,
      make: (route) => {
        const strict = policy("PeerAuthentication", route.name, route.serverNamespace, { mtls: { mode: "STRICT" } });
        return made(route, right(route).east, [...right(route).west, strict]);
      },
    },
  ];
}

export const trustChanges: readonly Change[] = [
  ...changesOf("untrusting", "client-refuses-root"),
  ...changesOf("half-trusting", "server-refuses-root"),
];
