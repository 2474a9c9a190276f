// Looks for facts in live clusters: each want by its own means, side by side, as many at once as a server bears.
import { isUnseen, type Opened, type ProxyView } from "../conditions/facts.ts";
import {
  type Answers,
  emptyAnswers,
  type FillingAnswers,
  type Want,
  wantKey,
  type WantOf,
} from "../conditions/wants.ts";
import { refKey } from "../core/object-ref.ts";
import { groupBy } from "../core/order.ts";
import { knock } from "./answerer.ts";
import type { ChangeWatches } from "./change-watches.ts";
import { tryToOpen } from "./opened.ts";
import { askProxy } from "./proxy/ask-proxy.ts";
import { activeConnections, clustersPath } from "./proxy/read-activity.ts";
import { readExposure } from "./proxy/read-exposure.ts";
import { clusterName, readHosts } from "./proxy/read-hosts.ts";
import { readIdentity } from "./proxy/read-identity.ts";
import { AskClients } from "./requests/ask-clients.ts";
import { meshConfig, Round } from "./round.ts";
import { clientOf, seen, Unreadable } from "./unseen-failure.ts";
import { withProxy } from "./workload-pods.ts";
import type { IndexedWorld } from "./world.ts";

/** Programs that run at once in pods of one world. */
const atOnce = 8;

export class Looker {
  readonly #world: IndexedWorld;
  readonly #watches: ChangeWatches | null;
  readonly #signal: AbortSignal;
  /** Since when a workload has been seen idle. */
  readonly #idleSince = new Map<string, number>();
  readonly #clients: AskClients;

  constructor(world: IndexedWorld, signal: AbortSignal, watches: ChangeWatches | null = null) {
    this.#world = world;
    this.#signal = signal;
    this.#watches = watches;
    this.#clients = new AskClients(world, signal);
  }

  /** What was found for each want, nothing left out: what could not be seen says so. */
  async look(wants: readonly Want[]): Promise<Answers> {
    const found = emptyAnswers();
    const round = new Round(this.#world, this.#watches);
    const tasks = [...this.#single(wants, found, round), ...this.#hosts(wants, found, round)];
    const reach = wants.filter((want) => want.want === "reach");
    const asked = this.#clients.tasks(reach, round, (want, outcome) => void found.reach.set(wantKey(want), outcome));
    await inTurns([...tasks, ...asked], atOnce, this.#signal);
    return found;
  }

  #single(wants: readonly Want[], found: FillingAnswers, round: Round): Task[] {
    return wants.flatMap((want): Task[] => {
      const key = wantKey(want);
      switch (want.want) {
        case "object":
          return [async () => void found.object.set(key, await seen(async () => round.object(want.ref)))];
        case "mesh-config":
          return [async () => void found["mesh-config"].set(key, await seen(async () => meshConfig(round, want.ref)))];
        case "pods":
          return [async () => void found.pods.set(key, await seen(async () => round.pods(want.workload)))];
        case "nodes":
          return [async () => void found.nodes.set(key, await seen(async () => round.nodes(want)))];
        case "proxies":
          return [async () => void found.proxies.set(key, await seen(async () => this.#proxies(want, round)))];
        case "exposure":
          return [async () => void found.exposure.set(key, await seen(async () => this.#exposure(want, round)))];
        case "answerer":
          return [async () => void found.answerer.set(key, await seen(async () => this.#answerer(want, round)))];
        case "opened":
          return [async () => void found.opened.set(key, await seen(async () => this.#opened(want, round)))];
        case "idle":
          return [async () => void found.idle.set(key, await seen(async () => this.#idle(want, round)))];
        case "hosts":
        case "reach":
          return [];
      }
    });
  }

  /** All hosts of one workload are asked of each of its proxies together. */
  #hosts(wants: readonly Want[], found: FillingAnswers, round: Round): Task[] {
    const hosts = wants.filter((want) => want.want === "hosts");
    return [...groupBy(hosts, ({ workload }) => refKey(workload)).values()].map((group) => async () => {
      const [first] = group;
      if (first === undefined) return;
      const answer = await seen(async () => {
        const pods = withProxy(await round.pods(first.workload));
        const client = clientOf(this.#world, first.workload.cluster);
        return Promise.all(
          pods.map(async (pod) => ({
            pod: pod.ref.name,
            views: await readHosts(askProxy(client, pod.ref, this.#signal), group),
          })),
        );
      });
      for (const want of group) {
        const name = clusterName(want);
        const held = isUnseen(answer)
          ? answer
          : answer.map(({ pod, views }) => ({ pod, view: views.get(name) ?? null }));
        found.hosts.set(wantKey(want), held);
      }
    });
  }

  async #proxies({ workload }: WantOf<"proxies">, round: Round): Promise<readonly ProxyView[]> {
    const client = clientOf(this.#world, workload.cluster);
    const pods = withProxy(await round.pods(workload));
    return Promise.all(pods.map(async ({ ref }) => readIdentity(askProxy(client, ref, this.#signal), ref.name)));
  }

  async #exposure({ gateway }: WantOf<"exposure">, round: Round) {
    const client = clientOf(this.#world, gateway.cluster);
    const pods = withProxy(await round.pods(gateway));
    return Promise.all(pods.map(async ({ ref }) => readExposure(askProxy(client, ref, this.#signal), ref.name)));
  }

  /** Each pod of the gateway is knocked at: the first that answers otherwise than another decides. */
  async #answerer({ gateway, sni }: WantOf<"answerer">, round: Round) {
    const client = clientOf(this.#world, gateway.cluster);
    const pods = withProxy(await round.pods(gateway));
    const answers = await Promise.all(pods.map(async (pod) => knock(client, pod, sni)));
    const [first] = answers;
    if (first === undefined) throw new Unreadable("it has no running pod");
    return answers.find((answer) => "refused" in answer) ?? first;
  }

  async #opened({ client, address, port }: WantOf<"opened">, round: Round): Promise<Opened> {
    const [pod] = withProxy(await round.pods(client));
    if (pod === undefined) throw new Unreadable("it has no running pod with a proxy");
    return tryToOpen(clientOf(this.#world, client.cluster), pod, { address, port }, this.#signal);
  }

  async #idle({ workload }: WantOf<"idle">, round: Round) {
    const client = clientOf(this.#world, workload.cluster);
    const object = await round.object(workload);
    const pods = object === "absent" ? [] : withProxy(await round.pods(workload));
    const counts = await Promise.all(
      pods.map(async ({ ref }) => activeConnections(await askProxy(client, ref, this.#signal)(clustersPath))),
    );
    const active = counts.reduce((sum, each) => sum + each, 0);
    const key = refKey(workload);
    const now = performance.now();
    if (active > 0) this.#idleSince.delete(key);
    else if (!this.#idleSince.has(key)) this.#idleSince.set(key, now);
    return { active, forMs: active > 0 ? 0 : now - (this.#idleSince.get(key) ?? now) };
  }
}

type Task = () => Promise<void>;

/** All tasks, at most so many at a time; those that have not begun when the signal comes are left out. */
async function inTurns(tasks: readonly Task[], most: number, signal: AbortSignal): Promise<void> {
  const left = [...tasks];
  const work = async (): Promise<void> => {
    for (let task = left.shift(); task !== undefined; task = left.shift()) {
      if (signal.aborted) return;
      await task();
    }
  };
  await Promise.all(Array.from({ length: most }, work));
}

/** Both, the later over the earlier. */
export function together(earlier: Answers, later: Answers): Answers {
  const both = <V>(one: ReadonlyMap<string, V>, other: ReadonlyMap<string, V>): ReadonlyMap<string, V> =>
    one.size === 0 ? other : other.size === 0 ? one : new Map([...one, ...other]);
  return {
    object: both(earlier.object, later.object),
    pods: both(earlier.pods, later.pods),
    nodes: both(earlier.nodes, later.nodes),
    "mesh-config": both(earlier["mesh-config"], later["mesh-config"]),
    proxies: both(earlier.proxies, later.proxies),
    hosts: both(earlier.hosts, later.hosts),
    exposure: both(earlier.exposure, later.exposure),
    answerer: both(earlier.answerer, later.answerer),
    reach: both(earlier.reach, later.reach),
    opened: both(earlier.opened, later.opened),
    idle: both(earlier.idle, later.idle),
  };
}
