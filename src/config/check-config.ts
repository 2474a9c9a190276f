// What no single field of meshferry.yaml can say: names that must differ, names that must exist, fields that exclude each other.
import type { ConfigFile } from "./config-shape.ts";

export interface ConfigProblem {
  /** The way to the field. */
  readonly at: readonly (string | number)[];
  readonly problem: string;
}

/** What is wrong between the fields of a file whose shape is right. `named`: clusters that --mesh names. */
export function checkConfig(file: ConfigFile, named: readonly string[]): ConfigProblem[] {
  const known: Known = new Set([...file.meshes.map(({ name }) => name), ...named]);
  return [
    ...meshProblems(file),
    ...pairProblems(file, known),
    ...runnerProblems(file, known),
    ...waveProblems(file),
    ...placeProblems(file),
    ...gatewayProblems(file, known),
  ];
}

/** The names of all clusters. */
type Known = ReadonlySet<string>;

function meshProblems(file: ConfigFile): ConfigProblem[] {
  return file.meshes.flatMap((mesh, index) => {
    const at = ["meshes", index];
    const sources = (["path", "paths", "context"] as const).filter((key) => mesh[key] !== undefined);
    const problems: ConfigProblem[] = [];
    if (sources.length === 0) problems.push({ at, problem: "needs one of path, paths and context" });
    if (sources.length > 1) {
      problems.push({ at, problem: `has ${sources.join(" and ")}, of which only one can be meant` });
    }
    for (const key of ["kubeconfig", "controlPlane"] as const)
      if (mesh[key] !== undefined && mesh.context === undefined)
        problems.push({ at: [...at, key], problem: "means nothing without context" });
    const first = file.meshes.findIndex((other) => other.name === mesh.name);
    if (first < index) problems.push({ at: [...at, "name"], problem: `is also the name of meshes[${first}]` });
    return problems;
  });
}

function pairProblems(file: ConfigFile, known: Known): ConfigProblem[] {
  const seen = new Set<string>();
  return file.pairs.flatMap(({ peers }, index) => {
    const problems = peers.flatMap((peer, side) => unknownCluster(known, peer, ["pairs", index, "peers", side]));
    const [one, other] = peers;
    if (one === other) problems.push({ at: ["pairs", index, "peers"], problem: "names one peer twice" });
    for (const [side, peer] of one === other ? [] : peers.entries()) {
      if (seen.has(peer))
        problems.push({ at: ["pairs", index, "peers", side], problem: "is in an earlier pair already" });
      seen.add(peer);
    }
    return problems;
  });
}

function runnerProblems(file: ConfigFile, known: Known): ConfigProblem[] {
  return file.runners.flatMap(({ service }, index) => {
    const at = ["runners", index, "service"];
    const first = file.runners.findIndex((other) => other.service === service);
    const twice = first < index ? [{ at, problem: `is also the service of runners[${first}]` }] : [];
    return [...unknownCluster(known, service, at), ...twice];
  });
}

function waveProblems({ waves, exportTo }: ConfigFile): ConfigProblem[] {
  const order = waves.order ?? [];
  const twice = order.flatMap((namespace, index) =>
    order.indexOf(namespace) < index ? [{ at: ["waves", "order", index], problem: "is in the list twice" }] : [],
  );
  return [...twice, ...waveCountProblems(waves, exportTo)];
}

function waveCountProblems({ atMost, canary }: ConfigFile["waves"], exportTo: ConfigFile["exportTo"]): ConfigProblem[] {
  const naming = exportTo === "all" ? atMost - 1 : atMost;
  // Every client is named in an entry before everybody sees it: public entries lose to federation's until a resync, and then win everywhere.
  if (naming < 1) {
    const problem =
      "leaves no wave to move the clients: the last one shows entries to every namespace; give 2 or more, or exportTo: keep";
    return [{ at: ["waves", "atMost"], problem }];
  }
  if (canary === undefined || naming > 1) return [];
  const problem = `cannot move alone: with waves.atMost ${atMost} all client namespaces move at once; give ${atMost + 1} or more`;
  return [{ at: ["waves", "canary"], problem }];
}

/** A mesh may export and import: both kinds of objects then lie in its cluster, and each namespace has one phase that makes it. */
function placeProblems({ eastWest, entries }: ConfigFile): ConfigProblem[] {
  if (eastWest.namespace !== entries.namespace) return [];
  return [{ at: ["entries", "namespace"], problem: "is also eastWest.namespace; gateways and entries need one each" }];
}

/** One entry at most for each gateway and importer: which of two is meant could not be told. */
function gatewayProblems(file: ConfigFile, known: Known): ConfigProblem[] {
  return (["service", "addresses"] as const).flatMap((field) => {
    const entries = file.eastWest[field];
    return entries.flatMap(({ mesh, importer }, index) => {
      const at = ["eastWest", field, index];
      const first = entries.findIndex((other) => other.mesh === mesh && other.importer === importer);
      return [
        ...unknownCluster(known, mesh, [...at, "mesh"]),
        ...(importer === undefined ? [] : unknownCluster(known, importer, [...at, "importer"])),
        ...(first < index ? [{ at, problem: `is for the same gateway as eastWest.${field}[${first}]` }] : []),
      ];
    });
  });
}

function unknownCluster(known: Known, place: string, at: readonly (string | number)[]): ConfigProblem[] {
  if (known.has(place.slice(0, place.indexOf("/")))) return [];
  return [{ at, problem: "begins with a cluster that neither the file nor --mesh names" }];
}
