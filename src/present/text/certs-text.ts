// The drawing of `certs inspect` for terminals: what runs out first at a glance, then every certificate in full.
import { type CertificateState, soonDays } from "../../core/certificates.ts";
import { countText } from "../model/count-text.ts";
import type { CertificateView, CertsView } from "../model/certs-view.ts";
import { authorityLines, rootsLines } from "./authority-text.ts";
import { findingsHeading, findingsText } from "./findings-text.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** All lines of the drawing, none wider than the paint's columns. */
export function certsText(view: CertsView, paint: Paint): string[] {
  return [
    ...overview(view, paint),
    ...view.certificates.flatMap((each, at) => ["", ...certificateLines(each, at + 1, paint)]),
    ...warningLines(view, paint),
    ...authorityLines(view.authorities, paint),
    ...rootsLines(view.configMaps, paint),
    ...placesLines("Private keys", "compared with the certificate beside them, if at all", view.privateKeys, paint),
    ...placesLines("Secrets", "nothing but the certificates of cacerts was read", view.secrets, paint),
    ...placesLines("Broken", "said to be certificates, and are none", view.broken, paint).map(paint.red),
    ...(view.findings.length > 0
      ? ["", ...findingsHeading(view.counts, paint), ...findingsText(view.findings, paint)]
      : []),
  ];
}

function overview({ certificates, files, asOf }: CertsView, paint: Paint): string[] {
  const what = `${countText(certificates.length, "certificate")} in ${countText(files, "file")}, as of ${day(asOf)}`;
  const heading = hanging("Certificates  ", what, paint.columns).map((line, at) =>
    at === 0 ? paint.bold("Certificates") + paint.dim(line.slice("Certificates".length)) : paint.dim(line),
  );
  if (certificates.length === 0) return [...heading, "  none"];
  const columns = [
    { title: "#" },
    { title: "NAME", least: 12 },
    { title: "CA" },
    { title: "KEY" },
    { title: "VALID TO" },
    { title: "DAYS LEFT" },
    { title: "STATE" },
  ];
  const rows = certificates.map((each, at) => [
    String(at + 1),
    visibleText(commonName(each.subject)),
    each.ca ? "yes" : "no",
    visibleText(keyText(each)),
    day(each.validTo),
    String(each.daysLeft),
    each.state,
  ]);
  const [head = "", ...lines] = table(columns, rows, paint);
  return [...heading, head, ...lines.map((line, at) => statePaint(certificates[at]?.state ?? "valid", paint)(line))];
}

function certificateLines(each: CertificateView, number: number, paint: Paint): string[] {
  const { subject, issuer, selfSigned, ca, digest, keyUsage, validFrom, validTo, fingerprint, places } = each;
  const labelled = (label: string, text: string) => hanging(`  ${label.padEnd(9)}`, text, paint.columns);
  // 32 bytes with colons are 95 characters: two lines of 16 bytes, so that they can be compared with what openssl prints.
  const halves = [fingerprint.slice(0, 48), fingerprint.slice(48)].join(" ");
  return [
    ...hanging(`${number} `, visibleText(subject), paint.columns).map(paint.bold),
    ...labelled("issuer", selfSigned ? "itself" : visibleText(issuer)),
    ...labelled("is", `${ca ? "a CA" : "no CA"}, ${visibleText(keyText(each))}, ${digestText(digest)}`),
    ...labelled("key for", keyUsage === null ? "anything: the certificate does not say" : keyUsage.join(", ")),
    ...labelled("valid", `${minute(validFrom)} to ${minute(validTo)} (${leftText(each)})`),
    ...labelled("SHA-256", halves),
    ...places.flatMap((place, at) => labelled(at === 0 ? "in" : "", visibleText(place))),
  ];
}

function warningLines({ certificates }: CertsView, paint: Paint): string[] {
  const warned = certificates.filter(({ state }) => state !== "valid");
  if (warned.length === 0) return [];
  const lines = warned.flatMap((each) => {
    const label = `  ${certificates.indexOf(each) + 1} `;
    const text = `${visibleText(commonName(each.subject))}: ${warningText(each)}`;
    return hanging(label, text, paint.columns).map(statePaint(each.state, paint));
  });
  return ["", paint.bold("Warnings"), ...lines];
}

function warningText({ state, daysLeft, validFrom }: CertificateView): string {
  if (state === "expired") return "has expired: nothing that it signed is trusted any more";
  if (state === "not yet valid") return `is not valid before ${minute(validFrom)}`;
  return `expires in ${countText(daysLeft, "day")} (warned of from ${soonDays} days on)`;
}

function placesLines(title: string, meaning: string, places: readonly string[], paint: Paint): string[] {
  if (places.length === 0) return [];
  const heading = hanging(`${title}  `, meaning, paint.columns);
  return ["", ...heading, ...places.flatMap((place) => hanging("  ", visibleText(place), paint.columns))];
}

function leftText({ daysLeft }: CertificateView): string {
  return daysLeft < 0 ? `ended ${countText(-daysLeft, "day")} ago` : `${countText(daysLeft, "day")} left`;
}

function keyText({ key: { type, bits, curve } }: CertificateView): string {
  return [type, ...(bits === null ? [] : [String(bits)]), ...(curve !== null && bits === null ? [curve] : [])].join(
    " ",
  );
}

/** The last common name of a subject, or the whole of it where there is none. */
export function commonName(subject: string): string {
  const names = [...subject.matchAll(/(?:^|, )CN=(.*?)(?=, [A-Za-z.0-9]+=|$)/gu)].map((match) => match[1] ?? "");
  return names.at(-1) ?? subject;
}

function digestText(digest: string): string {
  return digest === "none"
    ? "signed"
    : digest === "unknown"
      ? "signed in a way that is not known here"
      : `signed with ${digest}`;
}

function day(time: string): string {
  return time.slice(0, 10);
}

function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}Z`;
}

function statePaint(state: CertificateState, paint: Paint): (text: string) => string {
  if (state === "expired") return paint.red;
  return state === "valid" ? (text) => text : paint.yellow;
}
