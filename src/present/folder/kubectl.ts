// kubectl commands as text: the exact line for each kind of action. Runs nothing.
import type { ObjectRef } from "../../core/object-ref.ts";
import { kindKey } from "../../core/object-ref.ts";
import { shellWord } from "./shell-word.ts";
import { variableName } from "./safe-name.ts";

/** The variable that holds the kubeconfig context of a cluster: "CONTEXT_EAST". */
export function contextVariable(cluster: string): string {
  return variableName("CONTEXT", cluster);
}

/** `kubectl --context "$CONTEXT_EAST" -n NAMESPACE …`. */
export function kubectl(ref: Pick<ObjectRef, "cluster" | "namespace">, ...words: readonly string[]): string {
  return ["kubectl", `--context "$${contextVariable(ref.cluster)}"`, ...namespaceWords(ref.namespace), ...words].join(
    " ",
  );
}

export function istioctl(ref: Pick<ObjectRef, "cluster" | "namespace">, ...words: readonly string[]): string {
  return ["istioctl", `--context "$${contextVariable(ref.cluster)}"`, ...namespaceWords(ref.namespace), ...words].join(
    " ",
  );
}

function namespaceWords(namespace: string | null): string[] {
  if (namespace === null) return [];
  return [namespace.startsWith("-") ? `--namespace=${shellWord(namespace)}` : `-n ${shellWord(namespace)}`];
}

/** "deployment.apps/NAME": the form in which a name can never be taken for an option. */
export function resourceWord(ref: ObjectRef): string {
  return shellWord(`${kindKey({ group: ref.group, kind: ref.kind.toLowerCase() })}/${ref.name}`);
}

/** Server-side apply of a file, or of standard input ("-"). */
export function applyCommand(ref: ObjectRef, file: string): string {
  return kubectl(
    { ...ref, namespace: null },
    "apply --server-side --field-manager=meshferry -f",
    file === "-" ? file : shellWord(file),
  );
}

export function createCommand(ref: ObjectRef, file: string): string {
  return kubectl({ ...ref, namespace: null }, "create -f", shellWord(file));
}

export function patchCommand(ref: ObjectRef, file: string): string {
  return kubectl(ref, "patch", resourceWord(ref), "--type=json --patch-file", shellWord(file));
}

export function deleteCommand(ref: ObjectRef): string {
  return kubectl(ref, "delete", resourceWord(ref));
}

export function restartCommand(ref: ObjectRef): string {
  if (ref.kind === "DeploymentConfig")
    return kubectl(ref, "rollout latest", resourceWord(ref)).replace(/^kubectl/u, "oc");
  return ref.kind === "Pod" ? deleteCommand(ref) : kubectl(ref, "rollout restart", resourceWord(ref));
}

/**
 * A pointer as kubectl's jsonpath: "/status/addresses/0" → "{.status.addresses[0]}". kubectl reads a quoted key again as a path
 * (client-go, util/jsonpath/parser.go), so dots in it are escaped.
 */
export function jsonPath(parts: readonly string[]): string {
  const path = parts.map((part) => {
    if (/^\d+$/u.test(part)) return `[${part}]`;
    return /^[A-Za-z_][A-Za-z0-9_]*$/u.test(part) ? `.${part}` : `['${part.replaceAll(/['\\.]/gu, String.raw`\$&`)}']`;
  });
  return `{${path.join("")}}`;
}
