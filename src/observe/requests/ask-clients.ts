// Requests of clients: from their own pods where these can prove something, else from short-lived pods of their kind.
import { isUnseen, type Seen } from "../../conditions/facts.ts";
import { type WantOf, wantKey } from "../../conditions/wants.ts";
import { type KubeObject, refKey } from "../../core/object-ref.ts";
import { groupBy } from "../../core/order.ts";
import { notChecked, type Outcome } from "../../dataplane/outcome.ts";
import { ApiFailure } from "../../kube/live/api-failure.ts";
import type { ClusterClient } from "../../kube/live/cluster-client.ts";
import { text } from "../read.ts";
import type { Round } from "../round.ts";
import { clientOf, seen, Unreadable } from "../unseen-failure.ts";
import { withProxy } from "../workload-pods.ts";
import type { IndexedWorld } from "../world.ts";
import { type Asker, findAsker } from "./find-program.ts";
import { withProbePod } from "./probe-pod.ts";
import { type Request, sendRequests } from "./send-requests.ts";

type Reach = WantOf<"reach">;
type Outcomes = Map<string, Seen<Outcome>>;
type Send = (asker: Asker, wants: readonly Reach[]) => Promise<void>;

/** Of Istio's protocols those that begin with a request over HTTP (Istio 1.20, pkg/config/protocol). */
const http = /^(?:HTTP|HTTP2|GRPC|GRPC-WEB)$/u;

export class AskClients {
  readonly #world: IndexedWorld;
  readonly #signal: AbortSignal;
  readonly #askers = new Map<string, Promise<Asker | null>>();
  /** "CLUSTER|HOST|PORT" of what is dialled without HTTP. */
  readonly #tcp: ReadonlySet<string>;

  constructor(world: IndexedWorld, signal: AbortSignal) {
    this.#world = world;
    this.#signal = signal;
    this.#tcp = tcpPorts(world);
  }

  /** Requests of one client one after the other, so that its counters of connections say something; clients side by side. */
  tasks(
    wants: readonly Reach[],
    round: Round,
    give: (want: Reach, outcome: Seen<Outcome>) => void,
  ): (() => Promise<void>)[] {
    const byClient = groupBy(wants, ({ pair, fresh }) => `${refKey(pair.client)}|${String(fresh)}`);
    return [...byClient.values()].map((group) => async () => {
      const [first] = group;
      if (first === undefined) return;
      const answer = await seen(async () => this.#ask(first, group, round));
      for (const want of group) {
        give(want, isUnseen(answer) ? answer : (answer.get(wantKey(want)) ?? { unseen: "it was not asked" }));
      }
    });
  }

  async #ask({ pair, fresh }: Reach, group: readonly Reach[], round: Round): Promise<Outcomes> {
    const client = clientOf(this.#world, pair.client.cluster);
    const [pod] = withProxy(await round.pods(pair.client));
    if (pod === undefined) throw new Unreadable("it has no running pod with a proxy");
    const outcomes: Outcomes = new Map();
    const send: Send = async (asker, wants) => {
      for (const want of wants) {
        this.#signal.throwIfAborted();
        const request = this.#request(want);
        outcomes.set(wantKey(want), await seen(async () => sendRequests(client, asker, request, this.#signal)));
      }
    };
    const asker = fresh ? null : await this.#asker(pod);
    if (asker !== null) await send(asker, group);
    // What the client's own pod cannot prove a pod of its kind may.
    const left = group.filter((want) => {
      const outcome = outcomes.get(wantKey(want));
      return outcome === undefined || (!isUnseen(outcome) && outcome.state === "not-checked");
    });
    if (left.length > 0) await this.#askFresh(client, pod, left, outcomes, send);
    return outcomes;
  }

  async #askFresh(
    client: ClusterClient,
    like: KubeObject,
    wants: readonly Reach[],
    outcomes: Outcomes,
    send: Send,
  ): Promise<void> {
    const before = new Map(wants.map((want) => [want, outcomes.get(wantKey(want))]));
    const give = (why: string): void => {
      for (const want of wants) {
        const own = before.get(want);
        const said = own !== undefined && !isUnseen(own) ? `${own.said}; ` : "";
        outcomes.set(wantKey(want), notChecked(`${said}${why}`));
      }
    };
    const { probes } = this.#world;
    if (!probes.pods) return give("no short-lived pod may be made");
    try {
      await withProbePod(client, like, probes.image, this.#signal, async (pod) => {
        const asker = await findAsker(client, pod, this.#signal);
        if (asker === null) return give("the image of the short-lived pod has no program that makes requests");
        await send(asker, wants);
      });
    } catch (error) {
      if (!(error instanceof Unreadable) && !(error instanceof ApiFailure)) throw error;
      if (this.#signal.aborted) throw error;
      give(error instanceof Unreadable ? error.message : `a short-lived pod: ${error.message}`);
    }
  }

  /** A container's programs do not change while it runs. */
  async #asker(pod: KubeObject): Promise<Asker | null> {
    const key = `${refKey(pod.ref)}|${text(pod.body, "/metadata/uid")}`;
    const known = this.#askers.get(key);
    if (known !== undefined) return known;
    const asked = findAsker(clientOf(this.#world, pod.ref.cluster), pod, this.#signal);
    this.#askers.set(key, asked);
    // A failure is no answer, and is asked again.
    asked.catch(() => this.#askers.delete(key));
    return asked;
  }

  #request({ pair: { host, port, client } }: Reach): Request {
    return { host, port, speaks: this.#tcp.has(`${client.cluster}|${host}|${port}`) ? "tcp" : "http" };
  }
}

function tcpPorts({ plan }: IndexedWorld): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { importer, host, ports, carry } of plan.routes.values()) {
    const [cluster = ""] = importer.split("/");
    for (const { number, protocol } of carry.mode === "join-local" ? carry.ports : ports)
      if (!http.test(protocol)) found.add(`${cluster}|${host}|${number}`);
  }
  return found;
}
