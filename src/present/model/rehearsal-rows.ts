// The rows of the matrix: pairs of clients and host folded, so that clients that fare alike share one.
import { refKey } from "../../core/object-ref.ts";
import { groupBy, sortedBy } from "../../core/order.ts";
import type { RehearsedClients, RehearsedPair } from "../../rehearsal/rehearsal.ts";
import type { Course } from "./reach-course.ts";

/** Clients of one namespace and service account. */
export type ClientsView = RehearsedClients;

/** A host as a mesh's clients reach it. Clients that fare differently have rows of their own. */
export interface RowView {
  readonly mesh: string;
  readonly host: string;
  readonly port: number;
  /** Whether these are all clients of the host in this mesh. */
  readonly allClients: boolean;
  /** Index into `clients`. */
  readonly clients: number;
  /** Index into `courses`. */
  readonly course: number;
}

export interface Matrix {
  readonly rows: readonly RowView[];
  readonly clients: readonly (readonly ClientsView[])[];
  readonly courses: readonly Course[];
  /** By the index of the pair. */
  readonly rowOfPair: readonly number[];
}

/** One row for each host of a mesh and each way in which its clients fare. `shown`: indices of the pairs that have one. */
export function matrixOf(
  pairs: readonly RehearsedPair[],
  courseOfPair: readonly Course[],
  shown: readonly number[],
): Matrix {
  const courses = table<Course, Course>();
  const clients = table<string, readonly ClientsView[]>();
  const classOf = classNumbers();
  const rowOfPair: number[] = pairs.map(() => 0);
  const rows: RowView[] = [];
  const indexed = shown.flatMap((at) => {
    const pair = pairs[at];
    return pair === undefined ? [] : [{ pair, at, course: courseOfPair[at] ?? [], of: classOf(pair) }];
  });
  const ofHosts = groupBy(indexed, ({ pair }) => `${pair.mesh}|${pair.host}|${String(pair.port).padStart(5, "0")}`);
  for (const [, ofHost] of sortedBy(ofHosts, ([key]) => key)) {
    const ordered = sortedBy(ofHost, ({ of }) => of.key);
    const parts = new Map<Course, typeof ordered>();
    for (const each of ordered) {
      const part = parts.get(each.course);
      if (part) part.push(each);
      else parts.set(each.course, [each]);
    }
    for (const [course, members] of parts) {
      const [first] = members;
      if (!first) continue;
      for (const { at } of members) rowOfPair[at] = rows.length;
      const { mesh, host, port } = first.pair;
      rows.push({
        ...{ mesh, host, port, allClients: parts.size === 1 },
        clients: clients.indexOf(members.map(({ of }) => of.number).join(), () =>
          sortedBy(
            members.flatMap(({ pair }) => pair.clients),
            ({ namespace }) => namespace,
            ({ serviceAccount }) => serviceAccount,
          ),
        ),
        course: courses.indexOf(course, () => course),
      });
    }
  }
  return { rows, clients: clients.items, courses: courses.items, rowOfPair };
}

/** A number and a sortable key for each class. Pairs of one class mostly share the list of its clients. */
function classNumbers(): (pair: RehearsedPair) => { readonly number: number; readonly key: string } {
  const byList = new Map<RehearsedPair["clients"], { readonly number: number; readonly key: string }>();
  const byKey = new Map<string, { readonly number: number; readonly key: string }>();
  return ({ clients }) => {
    const known = byList.get(clients);
    if (known) return known;
    const key = clients
      .map(
        ({ namespace, serviceAccount, workloads }) =>
          `${namespace}|${serviceAccount}|${workloads.map(refKey).join(" ")}`,
      )
      .join(" ");
    const made = byKey.get(key) ?? { number: byKey.size, key };
    byKey.set(key, made);
    byList.set(clients, made);
    return made;
  };
}

interface Table<K, T> {
  readonly items: readonly T[];
  readonly indexOf: (key: K, make: () => T) => number;
}

/** Values that occur often, each once, in the order in which they first occurred. */
function table<K, T>(): Table<K, T> {
  const items: T[] = [];
  const indices = new Map<K, number>();
  return {
    items,
    indexOf: (key, make) => {
      const known = indices.get(key);
      if (known !== undefined) return known;
      indices.set(key, items.length);
      items.push(make());
      return items.length - 1;
    },
  };
}
