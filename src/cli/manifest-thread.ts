// A second thread that draws the templates of a large plan while its steps are made, then makes the manifests and writes all large files (docs/adr/0009).
import { extname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { HashedTemplates } from "../plan/make-plan.ts";
import type { PlanPiece } from "../present/folder/plan-json.ts";
import type { ApplyAction } from "../present/model/step-view.ts";
import { packed } from "./plan-pieces.ts";
import type { RestOfPlan, Templates, ToWrite, Written } from "./write-manifests.ts";

export interface ManifestThread {
  /**
   * Writes files below a folder that is there: of `manifests`, those of the objects that are applied, which it makes; and a
   * plan file, of which it has the templates already.
   */
  readonly write: (folder: string, files: FilesElsewhere) => Promise<void>;
  readonly end: () => Promise<unknown>;
}

export interface FilesElsewhere {
  readonly manifests: ReadonlyMap<string, readonly ApplyAction[]>;
  readonly texts: ReadonlyMap<string, string>;
  readonly plan: PlanFileParts | null;
}

export interface PlanFileParts {
  readonly path: string;
  /** What stands before the templates. */
  readonly head: string;
  /** The templates, in the order in which they stand there. */
  readonly hashes: readonly string[];
  /** What comes behind them. */
  readonly rest: () => Iterable<PlanPiece>;
}

/** With fewer templates a thread saves nothing (measured: docs/adr/0009). */
const fewest = 6_000;

/** The thread, or null: there are not enough templates for one. */
export function startManifestThread({ texts, laidOver }: HashedTemplates): ManifestThread | null {
  if (texts.size < fewest) return null;
  const names = [...texts.keys()];
  const pointers = names.map((hash) => laidOver.get(hash) ?? null);
  return start(new Map(names.map((hash, at) => [hash, at])), { texts: [...texts.values()].join("\n"), pointers });
}

function start(places: ReadonlyMap<string, number>, templates: Templates): ManifestThread {
  // It keeps texts, and few of its objects live long.
  setFlagsFromString("--min-semi-space-size=16");
  setFlagsFromString("--max-semi-space-size=16");
  const worker = new Worker(new URL(`./write-manifests${extname(import.meta.url)}`, import.meta.url), {
    workerData: templates,
  });
  // Nobody waits for it yet, and perhaps nobody will.
  worker.unref();
  const written = new Promise<void>((resolve, reject) => {
    worker.on("error", reject);
    worker.on("exit", () => reject(new Error("the thread that writes manifests ended before it was done")));
    worker.on("message", ({ trouble }: Written) => {
      if (trouble === null) resolve();
      // An error loses its code on the way from thread to thread.
      else reject(Object.assign(new Error(trouble.message), trouble.code === null ? {} : { code: trouble.code }));
    });
  });
  // Perhaps nobody will ask.
  written.catch(() => {});
  const post = (message: ToWrite | RestOfPlan): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
    worker.postMessage(message);
  };
  return {
    write: async (folder, { manifests, texts, plan }) => {
      worker.ref();
      post({ folder, texts, ...manifestFiles(manifests, places), plan: plan && begun(plan, places) });
      // What else the caller has to do it does while the manifests are made, which takes longer than what comes now.
      await Promise.resolve();
      if (plan) for (const piece of packed(plan.rest(), (hash) => placeOf(hash, places))) post({ piece });
      if (plan) post({ piece: null });
      return written;
    },
    end: () => worker.terminate(),
  };
}

function begun({ path, head, hashes }: PlanFileParts, places: ReadonlyMap<string, number>): ToWrite["plan"] {
  return { path, head, hashes: hashes.join("\n"), places: Uint32Array.from(hashes, (hash) => placeOf(hash, places)) };
}

function manifestFiles(
  files: FilesElsewhere["manifests"],
  places: ReadonlyMap<string, number>,
): Pick<ToWrite, "manifests" | "sets"> {
  const sets = new Map<ApplyAction["set"], number>();
  const setOf = ({ set }: ApplyAction): number => {
    const at = sets.get(set) ?? sets.size;
    sets.set(set, at);
    return at;
  };
  return {
    manifests: [...files].map(([path, actions]) => ({
      path,
      objects: Uint32Array.from(actions, ({ object }) => placeOf(object, places)),
      sets: Uint32Array.from(actions, setOf),
    })),
    sets: [...sets.keys()],
  };
}

function placeOf(hash: string, places: ReadonlyMap<string, number>): number {
  const place = places.get(hash);
  if (place === undefined) throw new Error(`the thread that writes manifests has no template ${hash}`);
  return place;
}
