// One step, or a group of steps, as files and commands: what to run, how to see that it is done, how to undo it. Runs and writes nothing.
import { isJsonObject } from "../../core/json.ts";
import type { ObjectRef } from "../../core/object-ref.ts";
import { sortedUnique } from "../../core/order.ts";
import type { Action, PatchOp, Step } from "../../plan/plan.ts";
import { conditionParts } from "../model/condition-text.ts";
import { inversePatch } from "../model/patched.ts";
import type { ApplyAction, StepContext } from "../model/step-view.ts";
import { jsonText } from "../model/json-text.ts";
import { applyCommand, createCommand, deleteCommand, kubectl, patchCommand, restartCommand } from "./kubectl.ts";
import { pluralOf } from "../model/count-text.ts";
import type { FileText } from "./file-text.ts";
import { applyManifest, hasSlots, keptManifest, manifestsInParts, type ManifestSource, slotsOf } from "./manifest.ts";
import { safeName } from "./safe-name.ts";
import { shellWord } from "./shell-word.ts";
import { waitCommands } from "./wait-commands.ts";
import { readSlotCommand, slotVariable } from "./slot-command.ts";
import { type GroupContext, restoringOf } from "./step-groups.ts";

export interface StepFiles {
  /** By path below the phase's folder. */
  readonly files: ReadonlyMap<string, FileText>;
  readonly run: readonly string[];
  readonly undo: readonly string[];
  /** Shows that what was applied together is there. */
  readonly see: readonly string[];
  /** Values that must be read from the cluster before the step. */
  readonly slots: readonly string[];
}

export interface WrittenManifest {
  /** "PHASE FOLDER/CLUSTER/FILE". */
  readonly path: string;
  readonly slots: readonly string[];
  /** The objects in it, by refKey. */
  readonly objects: readonly string[];
}

export interface FolderContext extends StepContext, GroupContext, ManifestSource {
  /** The manifest that was last written for an object, by refKey. */
  readonly written: Map<string, WrittenManifest>;
  readonly phaseFolder: string;
}

/** The files of the steps of a group, numbered within its phase, and the commands that use them. */
export function groupFiles(steps: readonly Step[], number: string, context: FolderContext): StepFiles {
  const [first, ...others] = steps;
  if (first && others.length === 0) return stepFiles(first, number, context);
  if (first?.action.do === "apply") return applyTogether(steps, number, context);
  const digits = String(steps.length).length;
  const each = steps.map((step, at) => stepFiles(step, `${number}-${String(at + 1).padStart(digits, "0")}`, context));
  return {
    files: new Map(each.flatMap(({ files }) => [...files])),
    run: each.flatMap(({ run }) => run),
    undo: each.toReversed().flatMap(({ undo }) => undo),
    see: [],
    slots: [],
  };
}

interface Applied {
  readonly step: Step;
  readonly action: ApplyAction;
}

/** One manifest for all objects, applied, seen and undone with one command each. */
function applyTogether(steps: readonly Step[], number: string, context: FolderContext): StepFiles {
  const applied = steps.flatMap((step): Applied[] =>
    step.action.do === "apply" ? [{ step, action: step.action }] : [],
  );
  const { ref } = applied[0]?.action ?? {};
  if (!ref) return { files: new Map(), run: [], undo: [], see: [], slots: [] };
  const path = groupPath(ref, number, ".yaml");
  const out: Draft = { files: new Map(), slots: [], context };
  // What the objects were comes before what they become.
  const undo = undoTogether(applied, path, number, out);
  out.files.set(
    path,
    documents(
      applied.map(({ action }) => action),
      context,
    ),
  );
  const objects = applied.map(({ action }) => context.keyOf(action.ref));
  const written = { path: `${context.phaseFolder}/${path}`, slots: [], objects };
  for (const key of objects) context.written.set(key, written);
  const see = [kubectl({ ...ref, namespace: null }, "get -f", shellWord(path))];
  return { files: out.files, run: [applyCommand(ref, path)], undo, see, slots: [] };
}

function undoTogether(applied: readonly Applied[], path: string, number: string, out: Draft): string[] {
  const { context, files } = out;
  const [first] = applied;
  if (!first) return [];
  const { ref } = first.action;
  const everywhere = { ...ref, namespace: null };
  const restoring = restoringOf(first.step, context);
  if (restoring === "create") return [kubectl(everywhere, "delete --ignore-not-found -f", shellWord(path))];
  if (restoring === "written") return unapply(applied, number, out);
  const bodies = applied.flatMap(({ action }) => context.bodyOf(action.ref) ?? []).filter(isJsonObject);
  if (bodies.length === 0 || ref.kind === "Secret") return [];
  const undoPath = groupPath(ref, number, ".undo.yaml");
  files.set(undoPath, bodies.map(keptManifest).join("---\n"));
  return [applyCommand(ref, undoPath)];
}

const mostFiles = 10;

/** Applies the files that last held the objects; where those hold others that have changed since, one file of its own. */
function unapply(applied: readonly Applied[], number: string, { context, files }: Draft): string[] {
  const [first] = applied;
  if (!first) return [];
  const { written, earlier, keyOf } = context;
  const before = new Set(applied.flatMap(({ action }) => written.get(keyOf(action.ref)) ?? []));
  const unchanged = [...before].every((file) => file.objects.every((key) => written.get(key) === file));
  if (unchanged && before.size <= mostFiles)
    return [...before].flatMap((file) => applyFile(first.action.ref, `../${file.path}`, file.slots, context));
  const actions = applied.flatMap(({ step }) => earlier.get(step.id) ?? []);
  const path =
    applied.length === 1
      ? filePath(first.action.ref, number, ".undo.yaml")
      : groupPath(first.action.ref, number, ".undo.yaml");
  files.set(path, documents(actions, context));
  const slots = sortedUnique(actions.flatMap((action) => slotsOf(context, action)));
  return applyFile(first.action.ref, path, slots, context);
}

/** Manifests one after the other, made when they are written: those of a phase of a large plan have tens of megabytes. */
function documents(actions: readonly ApplyAction[], context: FolderContext): FileText {
  const plain = actions.every((action) => !hasSlots(action, context.slotted));
  return {
    pieces: () => manifestsInParts(context, actions),
    elsewhere: plain ? { makes: "manifests", applies: actions } : null,
  };
}

/** The files of a step, numbered within its phase, and the commands that use them. */
function stepFiles(step: Step, number: string, context: FolderContext): StepFiles {
  const out: Draft = { files: new Map(), slots: [], context };
  // What an object was is to be known before the step writes it anew.
  const back =
    step.action.do === "apply" && step.undo.how === "restore" && restoringOf(step, context) === "written"
      ? unapply([{ step, action: step.action }], number, out)
      : null;
  const run = actionCommands(step.action, number, "", out);
  const undo = undoCommands(step, number, back, out);
  return { files: out.files, run, undo, see: [], slots: out.slots };
}

interface Draft {
  readonly files: Map<string, FileText>;
  readonly slots: string[];
  readonly context: FolderContext;
}

function filePath(ref: ObjectRef, number: string, ending: string): string {
  return `${safeName(ref.cluster)}/${number}-${safeName(`${ref.kind.toLowerCase()}-${ref.name}`)}${ending}`;
}

function groupPath(ref: ObjectRef, number: string, ending: string): string {
  return `${safeName(ref.cluster)}/${number}-${safeName(pluralOf(ref.kind.toLowerCase()))}${ending}`;
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
  const { yaml, slots } = applyManifest(context, action);
  out.files.set(path, yaml);
  const key = context.keyOf(action.ref);
  context.written.set(key, { path: `${context.phaseFolder}/${path}`, slots, objects: [key] });
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

function undoCommands(step: Step, number: string, back: readonly string[] | null, out: Draft): string[] {
  const { undo } = step;
  if (undo.how === "none") return [];
  if (undo.how === "wait") return waitCommands(conditionParts(undo.done), step.timeoutMs, out.context.names);
  if (undo.how === "restore")
    return [...(back ?? restoreCommands(step, number, out)), ...numbered(undo.also, number, out)];
  return numbered(undo.actions, number, out);
}

function numbered(actions: readonly Action[], number: string, out: Draft): string[] {
  return actions.flatMap((action, at) => actionCommands(action, number, `.undo-${at + 1}`, out));
}

function restoreCommands({ action, expect }: Step, number: string, out: Draft): string[] {
  switch (action.do) {
    case "apply":
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
