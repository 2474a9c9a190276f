// A second thread that makes and writes the manifests and the templates of a large plan, while this one makes its pages and the rest of plan.json (docs/adr/0009).
import { extname } from "node:path";
import { setFlagsFromString } from "node:v8";
import { Worker } from "node:worker_threads";
import type { TemplateTexts } from "../plan/make-plan.ts";
import type { Plan } from "../plan/plan.ts";
import type { ApplyAction } from "../present/model/step-view.ts";
import type { Ready, Templates, ToWrite, Written } from "./write-manifests.ts";

export interface ManifestThread {
  /** How many bytes the plan's templates have as lines of plan.json. */
  readonly templateBytes: Promise<number>;
  /**
   * Makes and writes files below a folder that is there: of each, the manifests of these objects; and the templates into a
   * file that is there.
   */
  readonly write: (
    folder: string,
    files: ReadonlyMap<string, readonly ApplyAction[]>,
    templates: ToWrite["templates"],
  ) => Promise<void>;
  readonly end: () => Promise<unknown>;
}

/** With fewer applied objects a thread saves nothing (measured: docs/adr/0009). */
const fewest = 10_000;

/** The thread, or null: the plan is not large enough for one. */
export function startManifestThread(plan: Plan, texts: TemplateTexts): ManifestThread | null {
  const pointers = new Map<string, string | null>();
  let count = 0;
  for (const { steps } of plan.phases) {
    for (const { action } of steps) {
      if (action.do !== "apply") continue;
      count += 1;
      pointers.set(action.object, action.set[0]?.pointer ?? pointers.get(action.object) ?? null);
    }
  }
  return count < fewest ? null : start(Object.keys(plan.objects), pointers, texts);
}

function start(
  hashes: readonly string[],
  pointers: ReadonlyMap<string, string | null>,
  texts: TemplateTexts,
): ManifestThread {
  const places = new Map(hashes.map((hash, at) => [hash, at]));
  const templates: Templates = {
    hashes,
    texts: hashes.map((hash) => texts.get(hash) ?? "{}"),
    pointers: hashes.map((hash) => pointers.get(hash) ?? null),
  };
  // It keeps texts, and few of its objects live long.
  setFlagsFromString("--min-semi-space-size=16");
  setFlagsFromString("--max-semi-space-size=16");
  const worker = new Worker(new URL(`./write-manifests${extname(import.meta.url)}`, import.meta.url), {
    workerData: templates,
  });
  // Nobody waits for it yet, and perhaps nobody will.
  worker.unref();
  const templateBytes = new Promise<number>((resolve, reject) => {
    onEnd(worker, reject);
    worker.on("message", (message: Ready | Written) => {
      if ("templateBytes" in message) resolve(message.templateBytes);
    });
  });
  const written = new Promise<void>((resolve, reject) => {
    onEnd(worker, reject);
    worker.on("message", (message: Ready | Written) => {
      if ("templateBytes" in message) return;
      const { trouble } = message;
      if (trouble === null) resolve();
      // An error loses its code on the way from thread to thread.
      else reject(Object.assign(new Error(trouble.message), trouble.code === null ? {} : { code: trouble.code }));
    });
  });
  // Perhaps nobody will ask.
  for (const promise of [templateBytes, written]) promise.catch(() => {});
  return {
    templateBytes,
    write: (folder, files, into) => {
      worker.ref();
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of Node has no origin
      worker.postMessage({ ...toWrite(folder, files, places), templates: into });
      return written;
    },
    end: () => worker.terminate(),
  };
}

function onEnd(worker: Worker, fail: (error: Error) => void): void {
  worker.on("error", fail);
  worker.on("exit", () => fail(new Error("the thread that writes manifests ended before it was done")));
}

function toWrite(
  folder: string,
  files: ReadonlyMap<string, readonly ApplyAction[]>,
  places: ReadonlyMap<string, number>,
): Omit<ToWrite, "templates"> {
  const sets = new Map<ApplyAction["set"], number>();
  const setOf = ({ set }: ApplyAction): number => {
    const at = sets.get(set) ?? sets.size;
    sets.set(set, at);
    return at;
  };
  return {
    folder,
    files: [...files].map(([path, actions]) => ({
      path,
      objects: Uint32Array.from(actions, ({ object }) => places.get(object) ?? 0),
      sets: Uint32Array.from(actions, setOf),
    })),
    sets: [...sets.keys()],
  };
}
