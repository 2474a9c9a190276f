// `meshferry certs inspect`: what certificates say, and how long they last. Opens no Secret and shows no key.
import { findCertificates } from "../certs/find-certificates.ts";
import { certsBlock, certsView } from "../present/model/certs-view.ts";
import { jsonText } from "../present/model/json-text.ts";
import { certsText } from "../present/text/certs-text.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitBlocked, exitFine, exitUnusable } from "./exit-codes.ts";
import { handler } from "./handler.ts";
import type { CertsInspectFlags } from "./run-certs-flags.ts";

export const runCertsInspect = handler<CertsInspectFlags, string[]>(async ({ cli }, flags, ...paths) => {
  const view = certsView(findCertificates(paths, cli.cwd), (flags.asOf ?? new Date()).getTime());
  if (flags.output === "json") cli.stdout.write(jsonText(view));
  else writeLines(cli.stdout, certsText(view, paintFor(cli, flags.color)));
  if (view.certificates.length === 0) return exitUnusable;
  return certsBlock(view) ? exitBlocked : exitFine;
});
