// The pair of client and host that a user means: its names are looked up among the pairs of the rehearsal.
import { fewNames } from "../core/few-names.ts";
import { sortedUnique } from "../core/order.ts";
import type { Pair } from "../dataplane/pair.ts";
import type { RehearsedPair } from "../rehearsal/rehearsal.ts";
import type { ClientName, HostName } from "./rehearse-flags.ts";
import { UserError } from "./user-error.ts";

/** Throws a UserError where no pair, or more than one, is of these names. */
export function findPair(pairs: readonly RehearsedPair[], client: ClientName, { host, port }: HostName): Pair {
  const name = `${client.namespace}/${client.name}`;
  const written = client.cluster === null ? name : `${client.cluster}/${name}`;
  const ofClient = pairs.flatMap((pair) =>
    workloadsOf(pair)
      .filter((ref) => isNamed(client, ref))
      .map((ref): Pair => ({ client: ref, host: pair.host, port: pair.port })),
  );
  if (ofClient.length === 0) {
    const classes = [...new Set(pairs.map(({ clients }) => clients))];
    const known = classes.flatMap((clients) =>
      workloadsOf({ clients }).map((ref) => `${ref.namespace ?? ""}/${ref.name}`),
    );
    throw new UserError({
      what: `--explain ${written}: no such client reaches an imported host`,
      todo: known.length === 0 ? "No client is known that does." : `There are: ${fewNames(sortedUnique(known))}`,
    });
  }
  const ofHost = ofClient.filter((pair) => pair.host === host);
  if (ofHost.length === 0) {
    throw new UserError({
      what: `${host}: no imported host that ${written} reaches`,
      todo: `It reaches: ${fewNames(sortedUnique(ofClient.map((pair) => pair.host)))}`,
    });
  }
  const clusters = sortedUnique(ofHost.map((pair) => pair.client.cluster));
  if (clusters.length > 1) {
    throw new UserError({
      what: `--explain ${written}: there is one in ${fewNames(clusters)}`,
      todo: `Name its cluster: --explain ${clusters[0] ?? ""}/${name} ${host}`,
    });
  }
  const found = ofHost.find((pair) => port === null || pair.port === port);
  const ports = [...new Set(ofHost.map((pair) => pair.port))].sort((left, right) => left - right);
  if (found && (port !== null || ports.length === 1)) return found;
  throw new UserError({
    what: found ? `${host} has more than one port` : `${host} has no port ${port}`,
    todo: `Name one: ${ports.map((each) => `${host}:${each}`).join(", ")}`,
  });
}

function workloadsOf({ clients }: Pick<RehearsedPair, "clients">): readonly Pair["client"][] {
  return clients.flatMap(({ workloads }) => workloads);
}

function isNamed({ cluster, namespace, name }: ClientName, ref: Pair["client"]): boolean {
  return (cluster === null || cluster === ref.cluster) && namespace === ref.namespace && name === ref.name;
}
