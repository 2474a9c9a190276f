// Which of the permissions that a run will need this user does not have, asked of the servers before anything is written.
import type { ClusterId } from "../../core/ids.ts";
import { groupBy } from "../../core/order.ts";
import { pluralOf } from "../../core/plural.ts";
import { again } from "./again.ts";
import type { ClusterClient } from "./cluster-client.ts";

export interface AskedPermission {
  readonly cluster: ClusterId;
  readonly verb: string;
  readonly group: string;
  readonly kind: string;
  readonly subresource: string | null;
  readonly namespace: string | null;
  readonly name: string | null;
  readonly optional: boolean;
  /** Cannot have been given yet. */
  readonly later: boolean;
}

/** Questions under way at once to one server. */
const atOnce = 16;

/**
 * Those that are refused, in their order; `optional` ones too, for the caller to weigh; `later` ones are not asked for. Permissions of one kind and place that
 * differ in the name alone are asked for together first: one question where everything is allowed. Throws an ApiFailure.
 */
export async function missingPermissions<P extends AskedPermission>(
  permissions: readonly P[],
  clients: ReadonlyMap<ClusterId, ClusterClient>,
): Promise<P[]> {
  const missing = new Set<P>();
  const byCluster = groupBy(
    permissions.filter(({ later }) => !later),
    ({ cluster }) => cluster,
  );
  await Promise.all(
    [...byCluster].map(async ([cluster, own]) => {
      const client = clients.get(cluster);
      // Nobody can be asked: whoever has no client cannot write there either, and says so.
      if (client === undefined) return;
      const groups = groupBy(own, ({ group, kind, subresource, namespace, verb }) =>
        [group, kind, subresource ?? "", namespace ?? "", verb].join("|"),
      );
      await inTurns([...groups.values()], async (group) => {
        for (const each of await refusedOf(client, group)) missing.add(each);
      });
    }),
  );
  return permissions.filter((each) => missing.has(each));
}

async function refusedOf<P extends AskedPermission>(client: ClusterClient, group: readonly P[]): Promise<readonly P[]> {
  const [first] = group;
  if (first === undefined) return [];
  const served = await again(async () => client.served({ group: first.group, kind: first.kind }));
  const resource = served?.plural ?? pluralOf(first.kind);
  const ask = async ({ verb, group: of, namespace, subresource }: P, name: string | null) =>
    again(async () =>
      client.may(verb, resource, of, {
        ...(namespace === null ? {} : { namespace }),
        ...(name === null ? {} : { name }),
        ...(subresource === null ? {} : { subresource }),
      }),
    );
  if (await ask(first, null)) return [];
  const named = group.filter(({ name }) => name !== null);
  const refused = await Promise.all(named.map(async (each) => ((await ask(each, each.name)) ? null : each)));
  return [...group.filter(({ name }) => name === null), ...refused.filter((each) => each !== null)];
}

async function inTurns<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}
