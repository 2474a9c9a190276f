// reachable, egress-open: what clients get when they really ask.
import { refKey, refText } from "../../core/object-ref.ts";
import { egressClosed, requestsFail, requestsNotChecked } from "../../findings/codes/conditions.ts";
import { isUnseen } from "../facts.ts";
import type { ConditionOf, Kind } from "../kind.ts";
import { partnersIn, type Probe, probesIn, remoteGatewayOf } from "../pairs.ts";
import { isVerdict, remoteAddresses } from "../remote-gateway.ts";
import type { Outcome } from "../../dataplane/outcome.ts";
import { unknownName, unseenOf } from "../unseen.ts";
import { done, failed, pending, type Verdict, worst } from "../verdict.ts";
import { nobodyRuns } from "./proxies.ts";

export const reachable: Kind<ConditionOf<"reachable">> = {
  stage: "requests",
  judge: ({ probes, fresh }, facts, plan) => {
    const group = plan.probes.get(probes);
    if (!group) return unknownName(`the probe group ${probes}`);
    // Where no pod is to run, nobody is there who could ask.
    const idle = new Map(group.clients.map((client) => [refKey(client), nobodyRuns(facts, client)]));
    const asked = probesIn(group, plan)
      .filter(({ client }) => idle.get(refKey(client)) === null)
      .map((probe) => {
        const pair = { client: probe.client, host: probe.route.host, port: probe.port };
        return { probe, outcome: facts.reach(pair, fresh) };
      });
    return worst([
      ...[...idle.values()].filter((verdict) => verdict !== null),
      ...asked.map(({ probe, outcome }) =>
        isUnseen(outcome) ? unseenOf(probe.client, "requests of", outcome) : ofOutcome(probe, outcome),
      ),
    ]);
  },
};

/** A path that was just put there takes a moment to work; a client that cannot ask will not be able to later. */
export function ofOutcome({ client, route: { host }, port }: Probe, outcome: Outcome): Verdict {
  const about = { client: refText(client), host, port };
  switch (outcome.state) {
    case "ok":
      return done;
    case "degraded":
    case "broken":
      return pending(requestsFail.at([client], { ...about, good: outcome.good, of: outcome.of, said: outcome.said }));
    case "not-checked":
      return failed(requestsNotChecked.at([client], { ...about, reason: outcome.said }));
  }
}

export const egressOpen: Kind<ConditionOf<"egress-open">> = {
  stage: "requests",
  judge: ({ probes }, facts, plan) => {
    const group = plan.probes.get(probes);
    if (!group) return unknownName(`the probe group ${probes}`);
    const idle = group.clients.map((client) => ({ client, verdict: nobodyRuns(facts, client) }));
    const clients = idle.flatMap(({ client, verdict }) => (verdict === null ? [client] : []));
    const verdicts: Verdict[] = idle.flatMap(({ verdict }) => verdict ?? []);
    const looked = partnersIn(group, plan).flatMap(({ importer, exporter }) => {
      const addresses = remoteAddresses(facts, remoteGatewayOf(importer, exporter));
      if (isVerdict(addresses)) {
        verdicts.push(addresses);
        return [];
      }
      return clients.flatMap((client) =>
        addresses.map(({ address, port }) => ({
          client,
          address,
          port,
          exporter,
          opened: facts.opened(client, address, port),
        })),
      );
    });
    for (const { client, address, port, exporter, opened } of looked) {
      if (isUnseen(opened)) verdicts.push(unseenOf(client, "the network of", opened));
      else if (!opened.open) {
        const about = { client: refText(client), address, port, mesh: exporter.id };
        verdicts.push(pending(egressClosed.at([client], { ...about, reason: opened.why })));
      }
    }
    return worst(verdicts);
  },
};
