// Codes of what is read: files and folders MF001 to MF029, meshferry.yaml MF030 to MF049. No text may carry a file's content.
import { defineCode } from "./define-code.ts";

const readAgain = "Supply it again, as oc get -o yaml or oc adm inspect writes it.";

export const pathMissing = defineCode({
  code: "MF001",
  name: "path-missing",
  severity: "block",
  message: "The path does not exist.",
  why: "Whatever it was to hold is missing from the plan.",
  todo: "Correct the path. Relative paths count from the working directory; those in meshferry.yaml from its folder.",
});

export const nothingRead = defineCode({
  code: "MF002",
  name: "nothing-read",
  severity: "block",
  message: "No Kubernetes object was read for {cluster}.",
  why: "A cluster of which nothing is known cannot be planned for.",
  todo: "Name files or folders with manifests: *.yaml, *.yml, *.json, each also with .gz.",
});

export const filesIgnored = defineCode({
  code: "MF003",
  name: "files-ignored",
  severity: "info",
  message: "{count} files were ignored for their extensions.",
  why: "In folders only *.yaml, *.yml and *.json (each also with .gz) are read.",
  todo: "Rename the manifests among them, or name a file itself: a file that is named is read whatever its extension.",
});

export const fileUnreadable = defineCode({
  code: "MF004",
  name: "file-unreadable",
  severity: "block",
  message: "Cannot be read: {reason}.",
  why: "What it holds is missing from the plan.",
  todo: "Give yourself the right to read it, or take it out of the folder.",
});

export const notRegularFile = defineCode({
  code: "MF005",
  name: "not-a-regular-file",
  severity: "block",
  message: "It is {what}, not a file; it was not opened.",
  why: "Reading it could wait for ever, or change something.",
  todo: "Write the data into a file and name that file. A shell's <(command) is a pipe too.",
});

export const symlinkBroken = defineCode({
  code: "MF006",
  name: "symlink-broken",
  severity: "block",
  message: "The symbolic link leads nowhere.",
  why: "What it was to name is missing from the plan.",
  todo: "Correct the link or remove it.",
});

export const fileTooLarge = defineCode({
  code: "MF007",
  name: "file-too-large",
  severity: "block",
  message: "Larger than {limitMiB} MiB{where}; it was skipped.",
  why: "The limit keeps memory bounded, also against compressed files that expand without end.",
  todo: "Split the file, or raise the limit on the size of a file.",
});

export const notUtf8 = defineCode({
  code: "MF008",
  name: "not-utf8",
  severity: "block",
  message: "The file is not UTF-8 from this line on; it was skipped.",
  why: "Kubernetes manifests are UTF-8; guessing another encoding could change names.",
  todo: "Convert it: iconv -t UTF-8. If it is compressed, its name must end in .gz.",
});

export const utf16 = defineCode({
  code: "MF009",
  name: "utf-16",
  severity: "block",
  message: "The file is UTF-16; it was skipped.",
  why: "Kubernetes manifests are UTF-8. Windows PowerShell's > writes UTF-16.",
  todo: "Convert it: iconv -f UTF-16 -t UTF-8; in PowerShell write with Out-File -Encoding utf8.",
});

export const gzipBroken = defineCode({
  code: "MF010",
  name: "gzip-broken",
  severity: "block",
  message: "Cannot be decompressed: {reason}.",
  why: "What it holds is missing from the plan.",
  todo: "Copy it again; gzip -t tells whether it is whole.",
});

export const documentBroken = defineCode({
  code: "MF011",
  name: "document-broken",
  severity: "block",
  message: "Neither YAML nor JSON: {reason}. This document was skipped; the file's others were read.",
  why: "The objects in it are missing from the plan.",
  todo: `Correct it at this line. ${readAgain}`,
});

export const nestedTooDeep = defineCode({
  code: "MF012",
  name: "nested-too-deep",
  severity: "block",
  message: "Nested more than {limit} levels deep; it was skipped.",
  why: "No Kubernetes object is nested so deep, and reading it could exhaust the stack.",
  todo: readAgain,
});

export const expandsTooFar = defineCode({
  code: "MF013",
  name: "expands-too-far",
  severity: "block",
  message: "Its YAML aliases expand to more than {limit} values; the rest of the document was skipped.",
  why: "Aliases of aliases grow without bound and would exhaust memory.",
  todo: `Write the values out. ${readAgain}`,
});

export const numberNotJson = defineCode({
  code: "MF014",
  name: "number-not-json",
  severity: "block",
  message: "{pointer} is an infinite number or not a number; the object was not used.",
  why: "Kubernetes objects are JSON, which has no such number; kubectl refuses it too.",
  todo: "Put the value in quotes if it is meant as text.",
});

export const notAnObject = defineCode({
  code: "MF015",
  name: "not-an-object",
  severity: "info",
  message: "Not a Kubernetes object, it has no {missing}; it was skipped.",
  why: "Folders often hold other YAML: values.yaml, kustomization.yaml.",
  todo: "Nothing, unless an object was meant. Render Helm charts and Kustomize folders first.",
});

export const nameInvalid = defineCode({
  code: "MF016",
  name: "name-invalid",
  severity: "block",
  message: "{field} is {value}, not {rule}; the object was not used.",
  why: "No API server accepts it, so it is in no cluster; such a name could also reach beyond a folder or change a terminal.",
  todo: "Correct it; put names that look like numbers or booleans in quotes.",
});

export const namespaceMissing = defineCode({
  code: "MF017",
  name: "namespace-missing",
  severity: "block",
  message: "{kind} {name} names no namespace; it was not used.",
  why: "kubectl would take the current context's namespace, which a file does not tell.",
  todo: "Write metadata.namespace, or supply the object as the cluster holds it (oc get -A -o yaml).",
});

export const objectDiffers = defineCode({
  code: "MF018",
  name: "object-differs",
  severity: "warn",
  message: "Read twice with different {parts}; the first place is used.",
  why: "Which of the two the cluster holds cannot be told; the plan may rest on the wrong one.",
  todo: "Remove the outdated one.",
});

export const statusDiffers = defineCode({
  code: "MF019",
  name: "status-differs",
  severity: "info",
  message: "Read twice, with different status only; the first place is used.",
  why: "The two were dumped at different times.",
  todo: "Nothing, unless the first one is stale.",
});

export const privateKeyDropped = defineCode({
  code: "MF020",
  name: "private-key-dropped",
  severity: "warn",
  message: "{pointer} holds a private key; it was replaced by an empty text when read.",
  why: "Plans and reports are passed on, and must not carry keys. Outside a Secret everybody who can list the kind reads it.",
  todo: "Move the key to a Secret, and replace it if it is in use.",
});

export const archiveNotRead = defineCode({
  code: "MF021",
  name: "archive-not-read",
  severity: "block",
  message: "Archives are not read.",
  why: "What it holds is missing from the plan.",
  todo: "Unpack it and name the folder.",
});

export const fileNameUnsafe = defineCode({
  code: "MF022",
  name: "file-name-unsafe",
  severity: "block",
  message: "The folder holds {name}: a name with control characters; it was not read.",
  why: "Shown on a terminal or in a log, such a name could pass for something else.",
  todo: "Rename the file.",
});

export const configUnreadable = defineCode({
  code: "MF030",
  name: "config-unreadable",
  severity: "block",
  message: "The configuration cannot be read: {reason}.",
  why: "Nothing can be planned without it.",
  todo: "Correct the path, or the rights.",
});

export const configSyntax = defineCode({
  code: "MF031",
  name: "config-syntax",
  severity: "block",
  message: "The configuration is not valid YAML: {reason}.",
  why: "Nothing can be planned without it.",
  todo: "Correct it at this line.",
});

export const configKeyUnknown = defineCode({
  code: "MF032",
  name: "config-key-unknown",
  severity: "block",
  message: "{key} is not a key of {where}.{suggestion}",
  why: "A setting that is not understood would be lost silently.",
  todo: "Correct the key or remove it. docs/meshferry.schema.json lists all of them.",
});

export const configValueWrong = defineCode({
  code: "MF033",
  name: "config-value-wrong",
  severity: "block",
  message: "{field}: {problem}.",
  why: "The plan depends on it.",
  todo: "Correct the value. docs/meshferry.schema.json says what each field takes.",
});

export const configVersionUnknown = defineCode({
  code: "MF034",
  name: "config-version-unknown",
  severity: "block",
  message: "apiVersion is {found}, not {expected}.",
  why: "Another version's fields may mean something else.",
  todo: "Write apiVersion: {expected}, or use the release of meshferry that the file was written for.",
});

export const trustOrderUnsupported = defineCode({
  code: "MF035",
  name: "trust-order-unsupported",
  severity: "block",
  message: "trust.order is {found}; there are peers and combined-root.",
  why: "Trust decides the order of the whole migration.",
  todo: "Write order: peers (the default), or order: combined-root, which retires all peers of a mesh in one step while 2.6 stays.",
});
