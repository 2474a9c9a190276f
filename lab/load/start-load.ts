// Starts clients in a pod, waits until each is at its full rate, and brings home what they and their Envoy counted.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { isJsonObject, type Json } from "../../src/core/json.ts";
import type { Manifest, ObjectName } from "../api/live-object.ts";
import { waitFor, waitForNone } from "../api/wait-for.ts";
import { labFolder } from "../machine/places.ts";
import { LabTrouble } from "../machine/trouble.ts";
import { analyse, type LoadReport, type Mark } from "./analyse.ts";
import { counted, type EnvoyCounters, readCounters } from "./envoy-counters.ts";
import type { LoadClient } from "./load-client.ts";
import { loadContainer, loadObjects, outFolder, type LoadPlace } from "./load-objects.ts";
import { type ClusterAccess, podExec } from "./pod-exec.ts";
import { readRawLog } from "./raw-log.ts";

export interface LoadResult {
  readonly report: LoadReport;
  /** What the clients' Envoy added to its counters between the start and the end of the load. */
  readonly envoy: EnvoyCounters;
  readonly rawLog: string;
}

export interface RunningLoad {
  readonly clients: readonly LoadClient[];
  /** Remembers when something was done; runs it, if it is given, right after. */
  mark<T>(what: string, work?: () => Promise<T>): Promise<T | undefined>;
  /** Lets requests that are under way end, and takes the pod away. */
  stop(): Promise<LoadResult>;
  /** Takes the pod away without a word; for runs that failed. */
  discard(): Promise<void>;
}

const startLimit = 60_000;
/** Slow requests take 20 s, and fail after 60. */
const endLimit = 70_000;

export async function startLoad(
  access: ClusterAccess,
  place: LoadPlace,
  clients: readonly LoadClient[],
): Promise<RunningLoad> {
  const { api } = access;
  const { namespace, name } = place;
  const pod = { apiVersion: "v1", kind: "Pod", namespace, name };
  const container = { namespace, pod: name, container: loadContainer };
  const program = await readFile(join(labFolder, "load", "in-pod", "load-client.py"), "utf8");
  const objects = loadObjects(place, clients, program);
  const marks: Mark[] = [];
  const discard = async (): Promise<void> => {
    await api.delete(pod);
    for (const object of objects.before) await api.delete(namesOf(object));
    await waitForNone(api, pod, startLimit);
  };
  const counters = async (): Promise<EnvoyCounters> =>
    readCounters(
      await podExec(access, { ...container, container: "istio-proxy" }, ["pilot-agent", "request", "GET", "stats"]),
    );
  await discard();
  let before: EnvoyCounters;
  try {
    for (const object of [...objects.before, objects.pod]) await api.create(object);
    await waitFor(api, pod, "running", ({ status }) => isJsonObject(status) && status["phase"] === "Running", 60_000);
    await said(access, place, "every client at its full rate", startLimit, (line) => atFullRate(line, clients));
    before = await counters();
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    clients,
    discard,
    mark: async (what, work) => {
      marks.push({ what, at: Date.now() });
      return work?.();
    },
    stop: async () => {
      try {
        await podExec(access, container, ["touch", `${outFolder}/stop`]);
        await said(access, place, "the end of the last request", endLimit, (line) => "ended" in line);
        const envoy = counted(before, await counters());
        const rawLog = await podExec(access, container, ["cat", `${outFolder}/raw.jsonl`], 60_000);
        return { report: analyse(clients, readRawLog(rawLog, clients), marks), envoy, rawLog };
      } finally {
        await discard();
      }
    },
  };
}

function namesOf({ apiVersion, kind, metadata }: Manifest): ObjectName {
  const { namespace, name } = metadata;
  if (typeof namespace !== "string" || typeof name !== "string") throw new Error(`${kind} without a name`);
  return { apiVersion, kind, namespace, name };
}

/** Each second the program says what each client began, and how it ended: [begun, answered, failed]. */
function atFullRate(line: Readonly<Record<string, Json>>, clients: readonly LoadClient[]): boolean {
  const { second } = line;
  if (!Array.isArray(second)) return false;
  return clients.every(({ kind, perSecond }, index) => {
    const [begun = 0, answered = 0] = (second as readonly (readonly number[])[])[index] ?? [];
    // A slow client has no answers yet.
    const enough = perSecond * 0.9;
    return begun >= enough && (kind === "http-slow" || answered >= enough);
  });
}

/** Waits for a line of the program's; it says one in each second. */
async function said(
  { api }: ClusterAccess,
  { namespace, name }: LoadPlace,
  what: string,
  timeoutMs: number,
  wanted: (line: Readonly<Record<string, Json>>) => boolean,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  const path = `/api/v1/namespaces/${namespace}/pods/${name}/log`;
  let last = "";
  while (Date.now() < end) {
    last = await api.text("GET", path, { query: { container: loadContainer, tailLines: "3" } });
    for (const line of last.split("\n").filter((text) => text.startsWith("{"))) {
      const value = JSON.parse(line) as Json;
      if (isJsonObject(value) && wanted(value)) return;
    }
    await pause(200);
  }
  throw new LabTrouble(`load ${namespace}/${name}: not seen after ${timeoutMs / 1000} s: ${what}`, last, "look at it");
}
