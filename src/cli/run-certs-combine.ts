// `meshferry certs combine`: the certificates of several files as one bundle on stdout. A file that gives none is an error: a root
// that is silently missing breaks trust much later.
import { resolve } from "node:path";
import { combineCertificates } from "../certs/combine-certificates.ts";
import { readPem } from "../certs/read-certificates.ts";
import { certificateBlocks } from "../core/certificates.ts";
import { textReader } from "../kube/sources/files/read-text.ts";
import { findingView } from "../present/model/finding-view.ts";
import { visibleText } from "../present/text/visible-text.ts";
import type { CliContext } from "./cli-context.ts";
import { exitFine } from "./exit-codes.ts";
import type { SharedFlags } from "./flags.ts";
import { handler } from "./handler.ts";
import { UserError } from "./user-error.ts";

const mostBytes = 16 * 1024 * 1024;

export const runCertsCombine = handler<SharedFlags, string[]>(async ({ cli }, _flags, ...files) => {
  const texts = files.map((file) => ({ file, text: readText(cli, file) }));
  for (const { file, text } of texts) checkBundle(cli, file, text);
  cli.stdout.write(combineCertificates(texts.map(({ text }) => text)));
  return exitFine;
});

function readText(cli: CliContext, file: string): string {
  // A reader of its own for each file: one that is named twice is read twice.
  const text = textReader(mostBytes).read({ shown: file, absolute: resolve(cli.cwd, file) });
  if (text === null || text.known) return text?.value ?? "";
  const { message, todo } = findingView(text.why);
  throw new UserError({ what: "a file cannot be read", where: file, why: message, todo });
}

function checkBundle(cli: CliContext, file: string, text: string): void {
  const { certificates, broken, privateKeys } = readPem(text);
  if (broken.length > 0 || certificates.length === 0 || certificates.length !== certificateBlocks(text).length) {
    throw new UserError({
      what:
        certificates.length === 0
          ? "a file holds no certificate that can be read"
          : "a file holds a broken certificate",
      where: file,
      why: "Whoever is to trust it would be left out of the bundle.",
      todo: "Give PEM files with whole certificates; meshferry certs inspect shows what is in them.",
    });
  }
  const note = (words: string) => cli.stderr.write(`note: ${visibleText(file)}: ${words}\n`);
  if (privateKeys > 0) note("a private key in it is left out");
  const issued = certificates.filter(({ ca, selfSigned }) => !ca || !selfSigned).length;
  if (issued > 0) note(`${issued} of its certificates ${issued === 1 ? "is" : "are"} no self-signed root`);
}
