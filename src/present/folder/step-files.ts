// One step as files and commands: what to run, how to see that it is done, how to undo it. Runs and writes nothing.
import { isJsonObject } from "../../core/json.ts";
import { type ObjectRef, refKey } from "../../core/object-ref.ts";
import type { Action, PatchOp, Step } from "../../plan/plan.ts";
import { inversePatch } from "../model/patched.ts";
import type { ApplyAction, StepContext } from "../model/step-view.ts";
import { jsonText } from "../model/json-text.ts";
import { applyCommand, createCommand, deleteCommand, kubectl, patchCommand, restartCommand } from "./kubectl.ts";
import { applyManifest, keptManifest } from "./manifest.ts";
import { safeName } from "./safe-name.ts";
import { shellWord } from "./shell-word.ts";
import { readSlotCommand, slotVariable } from "./slot-command.ts";

export interface StepFiles {
  /** By path below the phase's folder. */
  readonly files: ReadonlyMap<string, string>;
  readonly run: readonly string[];
  readonly undo: readonly string[];
  /** Values that must be read from the cluster before the step. */
  readonly slots: readonly string[];
}

export interface WrittenManifest {
  /** "PHASE FOLDER/CLUSTER/FILE". */
  readonly path: string;
  readonly slots: readonly string[];
}

export interface FolderContext extends StepContext {
  /** The manifest that was last written for an object, by refKey. */
  readonly written: Map<string, WrittenManifest>;
  readonly phaseFolder: string;
}

/** The files of a step, numbered within its phase, and the commands that use them. */
export function stepFiles(step: Step, number: string, context: FolderContext): StepFiles {
  const out: Draft = { files: new Map(), slots: [], context };
  const before = step.action.do === "apply" ? context.written.get(refKey(step.action.ref)) : undefined;
  const run = actionCommands(step.action, number, "", out);
  const undo = undoCommands(step, number, before, out);
  return { files: out.files, run, undo, slots: out.slots };
}

interface Draft {
  readonly files: Map<string, string>;
  readonly slots: string[];
  readonly context: FolderContext;
}

function filePath(ref: ObjectRef, number: string, ending: string): string {
  return `${safeName(ref.cluster)}/${number}-${safeName(`${ref.kind.toLowerCase()}-${ref.name}`)}${ending}`;
}

function actionCommands(action: Action, number: string, mark: string, out: Draft): string[] {
  switch (action.do) {
    case "apply":
      return applyCommands(action, filePath(action.ref, number, `${mark}.yaml`), out);
    case "patch":
      return [patchWith(action.ref, action.ops, filePath(action.ref, number, `${mark}.patch.json`), out)];
    case "delete":
      return [deleteCommand(action.ref)];
    case "delete-together":
      return [...action.refs.map((ref) => `${deleteCommand(ref)} &`), "wait"];
    case "restart":
      return [restartCommand(action.workload)];
    case "wait":
    case "confirm":
      return [];
  }
}

function applyCommands(action: ApplyAction, path: string, out: Draft): string[] {
  const { context } = out;
  const { yaml, slots } = applyManifest(context.plan, action);
  out.files.set(path, yaml);
  context.written.set(refKey(action.ref), { path: `${context.phaseFolder}/${path}`, slots });
  out.slots.push(...slots);
  return applyFile(action.ref, path, slots, context);
}

/** The commands that apply a manifest, with the values of its slots read from the cluster and filled in first. */
function applyFile(ref: ObjectRef, path: string, slots: readonly string[], { names }: FolderContext): string[] {
  if (slots.length === 0) return [applyCommand(ref, path)];
  const variables = slots.map((slot) => `$${slotVariable(slot)}`).join(" ");
  return [
    ...slots.flatMap((slot) => {
      const known = names.slots.get(slot);
      return known ? [readSlotCommand(known), `echo "$${slotVariable(slot)}"`] : [];
    }),
    `envsubst '${variables}' < ${shellWord(path)} | ${applyCommand(ref, "-")}`,
  ];
}

function patchWith(ref: ObjectRef, ops: readonly PatchOp[], path: string, { files }: Draft): string {
  files.set(path, jsonText(ops));
  return patchCommand(ref, path);
}

function undoCommands(step: Step, number: string, before: WrittenManifest | undefined, out: Draft): string[] {
  const { undo } = step;
  if (undo.how === "none") return [];
  if (undo.how === "restore")
    return [...restoreCommands(step, number, before, out), ...numbered(undo.also, number, out)];
  return numbered(undo.actions, number, out);
}

function numbered(actions: readonly Action[], number: string, out: Draft): string[] {
  return actions.flatMap((action, at) => actionCommands(action, number, `.undo-${at + 1}`, out));
}

function restoreCommands(
  { action, expect }: Step,
  number: string,
  before: WrittenManifest | undefined,
  out: Draft,
): string[] {
  switch (action.do) {
    case "apply":
      if (before !== undefined) return applyFile(action.ref, `../${before.path}`, before.slots, out.context);
      return expect === "absent" ? [deleteCommand(action.ref)] : createKept(action.ref, number, out, applyCommand);
    case "patch":
      return unpatch(action.ref, action.ops, number, out);
    case "delete":
      return createKept(action.ref, number, out, createCommand);
    case "delete-together":
      return action.refs.flatMap((ref) => createKept(ref, number, out, createCommand));
    case "restart":
    case "wait":
    case "confirm":
      return [];
  }
}

function unpatch(ref: ObjectRef, ops: readonly PatchOp[], number: string, out: Draft): string[] {
  // A Secret's old values come from the patch's own tests; its body is never looked at.
  const back = inversePatch(ops, ref.kind === "Secret" ? undefined : out.context.bodyOf(ref));
  if (back === null)
    return [
      `# What was before is not known. Keep it first: ${kubectl(ref, "get", shellWord(`${ref.kind.toLowerCase()}/${ref.name}`), "-o yaml")}`,
    ];
  return [patchWith(ref, back, filePath(ref, number, ".undo.patch.json"), out)];
}

function createKept(
  ref: ObjectRef,
  number: string,
  { files, context }: Draft,
  command: typeof createCommand,
): string[] {
  const body = context.bodyOf(ref);
  if (!isJsonObject(body) || ref.kind === "Secret") return [];
  const path = filePath(ref, number, ".undo.yaml");
  files.set(path, keptManifest(body));
  return [command(ref, path)];
}
