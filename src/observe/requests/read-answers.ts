// What the answers of requests mean: whether the server itself answered, or a proxy on the way said that it could not be reached.
import type { Target } from "./scripts.ts";

export interface Told {
  readonly good: boolean;
  /** Of a failure, in a few words. */
  readonly said: string;
}

/** One for each request that a program told of, in the order of their numbers. */
export function readAnswers(stdout: string, mark: string, { speaks }: Pick<Target, "speaks">): readonly Told[] {
  const blocks = new Map<number, string>();
  for (const line of stdout.split("\n")) {
    const [, number = "", said = ""] = new RegExp(`^@@${mark} (\\d+) (.*)$`, "su").exec(line) ?? [];
    if (number !== "") blocks.set(Number(number), `${blocks.get(Number(number)) ?? ""}${said}\n`);
  }
  return [...blocks]
    .sort(([one], [other]) => one - other)
    .map(([, block]) => (speaks === "http" ? ofHttp(block.trim()) : ofTcp(block.trim())));
}

function ofTcp(said: string): Told {
  if (said === "open") return { good: true, said: "" };
  return { good: false, said: said === "closed" ? "the connection was closed at once" : short(said) };
}

/** From an upstream, whichever: Envoy's router adds it to what it passes on, unless it is told to leave its headers out. */
const passedOn = /^\s*x-envoy-upstream-service-time:/imu;

/**
 * An answer of the server counts, whatever its status: a path that it does not have is the application's own business. Not so
 * what a proxy says in its place: 503, 502, 504 and 404 without a mark of having been passed on (Envoy's local replies), Envoy's
 * words about its upstream, and its refusal by policy (Envoy, http filters router and rbac).
 */
function ofHttp(block: string): Told {
  const statuses = [...block.matchAll(/^\s*HTTP\/[\d.]+ (\d{3})/gmu)];
  const status = Number(statuses.at(-1)?.[1] ?? 0);
  if (status === 0) return { good: false, said: short(block.replace(/^failed: /u, "")) || "no answer" };
  const failure = (): Told => ({ good: false, said: short(`${status}: ${bodyOf(block)}`) });
  if (status === 403 && block.includes("RBAC: access denied")) return failure();
  if (/upstream connect error|no healthy upstream|upstream request timeout/u.test(block)) return failure();
  if ([404, 502, 503, 504].includes(status) && !passedOn.test(block)) return failure();
  return { good: true, said: "" };
}

function bodyOf(block: string): string {
  const at = /\r?\n\r?\n/u.exec(block);
  return at === null ? "" : block.slice(at.index).trim();
}

const shown = 160;

function short(text: string): string {
  const line = text.replaceAll(/\s+/gu, " ").trim().replace(/:$/u, "");
  return line.length > shown ? `${line.slice(0, shown)}…` : line;
}
