// `meshferry verify`: whether the plan's clients get through, now: what their proxies hold, and real requests.
import { verify } from "../observe/verify.ts";
import { healthOf } from "../plan/awaited.ts";
import { jsonText } from "../present/model/json-text.ts";
import { verifyView } from "../present/model/verify-view.ts";
import { verifyText } from "../present/text/verify-text.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine, exitInterrupted } from "./exit-codes.ts";
import { handler } from "./handler.ts";
import { readPlanFolder } from "./read-plan-folder.ts";
import { withPermission } from "./run-plan-folder.ts";
import { UserError } from "./user-error.ts";
import type { VerifyFlags } from "./verify-flags.ts";

export const runVerify = handler<VerifyFlags, [string]>(async ({ cli }, flags, named) => {
  const opened = readPlanFolder(cli.cwd, named);
  const { plan } = opened;
  if (flags.fresh === true && flags.noProbePods === true) {
    throw new UserError({
      what: "--fresh and --no-probe-pods exclude each other",
      why: "Fresh proxies are those of short-lived pods.",
      todo: "Leave one of them out.",
    });
  }
  const signal = cli.stopSignal?.() ?? new AbortController().signal;
  const fresh = flags.fresh ?? false;
  const needs = { plan, phases: plan.phases, uses: ["verify"], named, note: false } as const;
  return withPermission(cli, flags, opened, needs, async (clients) => {
    const probes = { image: flags.probeImage ?? null, pods: flags.noProbePods !== true };
    const verified = await verify({ plan, clients, probes }, healthOf(plan), { fresh, signal }).catch(
      (error: unknown) => {
        if (signal.aborted) return null;
        throw error;
      },
    );
    if (verified === null || signal.aborted) {
      cli.stderr.write("note: interrupted: nothing was verified\n");
      return exitInterrupted;
    }
    const names = {
      probes: new Map(plan.probes.map((group) => [group.id, group])),
      slots: new Map(plan.slots.map((slot) => [slot.id as string, slot])),
      texts: new Map<string, string>(),
    };
    const view = verifyView(verified, names, fresh);
    if (flags.output === "json") cli.stdout.write(jsonText(view));
    else writeLines(cli.stdout, verifyText(view, paintFor(cli, flags.color)));
    return view.holds ? exitFine : exitBlocked;
  });
});
