// `meshferry certs create`: CAs for any number of meshes, written for their owner alone and over nothing unasked.
import { join, resolve } from "node:path";
import {
  type CertificatePlan,
  defaultPlan,
  type PlanTrouble,
  planTrouble,
  sharedRootName,
} from "../certs/certificate-plan.ts";
import { combinedFile, type MadeFiles, makeMeshFiles, pathsOf, secretFile } from "../certs/make-mesh-files.ts";
import { existingPaths, oddFolders, writePrivately } from "../certs/private-files.ts";
import { readPem } from "../certs/read-certificates.ts";
import type { ReadRoot } from "../certs/read-given-root.ts";
import { shellWord } from "../present/folder/shell-word.ts";
import type { CertsMadeView, MadeCertificate } from "../present/model/certs-made-view.ts";
import { jsonText } from "../present/model/json-text.ts";
import { certsMadeText } from "../present/text/certs-made-text.ts";
import { yamlText } from "../present/yaml-text.ts";
import { givenParts, givenRootOf, keptPaths, strayRootKeys } from "./given-root.ts";
import { paintFor, writeLines } from "./drawing.ts";
import { exitFine } from "./exit-codes.ts";
import { withFiles } from "./file-trouble.ts";
import { handler } from "./handler.ts";
import type { CertsCreateFlags } from "./run-certs-flags.ts";
import { UserError } from "./user-error.ts";

export const runCertsCreate = handler<CertsCreateFlags, []>(async ({ cli }, flags) => {
  if (flags.out === "") throw new UserError({ what: "--out names no folder", todo: "Give a folder: --out certs" });
  const now = new Date();
  const root = await givenRootOf(cli.cwd, flags, now);
  const plan = { ...planOf(flags), ...givenParts(root, flags.daysIntermediate) };
  const trouble = planTrouble(plan);
  if (trouble !== null) throw planError(trouble);
  const folder = resolve(cli.cwd, flags.out);
  const { force = false, manifests = false } = flags;
  const kept = keptPaths(folder, cli.cwd, flags);
  checkTarget(flags.out, folder, plan, { force, manifests, kept });
  const made = await makeMeshFiles(plan, now, root?.signer);
  const files = textsOf(made, manifests, kept);
  writeFiles(flags.out, folder, files, force);
  const view = viewOf(flags, plan, made, files, root);
  if (flags.output === "json") cli.stdout.write(jsonText(view));
  else {
    const shown = shellWord(flags.out.replace(/\/+$/u, ""));
    writeLines(cli.stdout, certsMadeText(view, shown, paintFor(cli, flags.color)));
  }
  return exitFine;
});

function planOf(flags: CertsCreateFlags): CertificatePlan {
  const { mesh, key, organization, rootCn, intermediateCn, sharedRoot = false, daysRoot, daysIntermediate } = flags;
  const rootDays = daysRoot ?? defaultPlan.rootDays;
  return {
    meshes: mesh,
    key: key === "ec" ? { type: "ec" } : defaultPlan.key,
    organization: organization ?? defaultPlan.organization,
    rootName: rootCn ?? (sharedRoot ? sharedRootName : defaultPlan.rootName),
    intermediateName: intermediateCn ?? defaultPlan.intermediateName,
    rootDays,
    // A root with a shorter life takes the intermediates' default down with it; what is asked for is taken at its word.
    intermediateDays: daysIntermediate ?? Math.min(rootDays, defaultPlan.intermediateDays),
    sharedRoot,
    givenRoot: null,
    namespace: flags.namespace ?? defaultPlan.namespace,
    peerConfigMap: flags.peerConfigMap ?? defaultPlan.peerConfigMap,
  };
}

const flagOf = {
  meshes: "--mesh",
  key: "--key",
  organization: "--organization",
  rootName: "--root-cn",
  intermediateName: "--intermediate-cn",
  rootDays: "--days-root",
  intermediateDays: "--days-intermediate",
  sharedRoot: "--shared-root",
  givenRoot: "--root",
  namespace: "--namespace",
  peerConfigMap: "--peer-config-map",
} as const satisfies Readonly<Record<keyof CertificatePlan, string>>;

function planError({ field, value, why }: PlanTrouble): UserError {
  const flag = flagOf[field];
  return new UserError({ what: `${flag} ${JSON.stringify(value)} cannot be used`, why, todo: `Give another ${flag}.` });
}

interface TargetChecks {
  readonly force: boolean;
  readonly manifests: boolean;
  /** What is not written: the given root's own files. */
  readonly kept: ReadonlySet<string>;
}

/** Says what is in the way before the first key is made. */
function checkTarget(
  shown: string,
  folder: string,
  plan: CertificatePlan,
  { force, manifests, kept }: TargetChecks,
): void {
  const paths = pathsOf(plan);
  const written = (manifests ? [...paths.files, ...paths.manifests] : paths.files).filter((path) => !kept.has(path));
  const { odd, there, stale, strays } = withFiles(folder, () => ({
    strays: strayRootKeys(folder, plan, kept),
    odd: oddFolders(folder, written),
    there: existingPaths(folder, written),
    stale: manifests ? [] : existingPaths(folder, paths.manifests),
  }));
  if (odd[0] !== undefined) {
    throw new UserError({
      what: "a mesh's folder is no plain folder",
      where: join(shown, odd[0]),
      why: "Keys are not written through symbolic links, nor in place of files.",
      todo: "Remove it, or name another folder with --out.",
    });
  }
  if (there.length > 0 && !force) throw existing(shown, there);
  if (strays.length > 0) {
    throw new UserError({
      what: "the key of another root is there",
      where: placesText(shown, strays),
      why: "It would lie beside the certificate of a root that it does not belong to, and is never overwritten or removed.",
      todo: "Move it to where it is kept, or name another folder with --out.",
    });
  }
  if (stale.length > 0) {
    throw new UserError({
      what: "manifests of other certificates are there",
      where: placesText(shown, stale),
      why: "They would hold other certificates than the files beside them.",
      todo: "Add --manifests to write them anew, or remove them.",
    });
  }
}

function existing(shown: string, paths: readonly string[]): UserError {
  return new UserError({
    what: `${paths.length === 1 ? "a file is" : `${paths.length} files are`} there already, and nothing was written`,
    where: placesText(shown, paths),
    why: "A CA whose key is lost can sign nothing more.",
    todo: "Name another folder with --out; --force replaces them.",
  });
}

const mostPlaces = 10;

function placesText(shown: string, paths: readonly string[]): string {
  const first = paths.slice(0, mostPlaces).map((path) => join(shown, path));
  return [...first, ...(paths.length > mostPlaces ? [`and ${paths.length - mostPlaces} more`] : [])].join(", ");
}

/** Every text by its path below the folder. */
function textsOf(
  { meshes, shared }: MadeFiles,
  manifests: boolean,
  kept: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const texts = new Map(shared);
  for (const { mesh, files, manifests: objects, combinedRoots } of meshes) {
    for (const [name, text] of files) if (!kept.has(`${mesh}/${name}`)) texts.set(`${mesh}/${name}`, text);
    if (!manifests) continue;
    for (const [name, object] of objects) texts.set(`${mesh}/${name}`, yamlText(object));
    texts.set(`${mesh}/${combinedFile}`, combinedRoots);
  }
  return texts;
}

function writeFiles(shown: string, folder: string, files: ReadonlyMap<string, string>, force: boolean): void {
  withFiles(folder, () => {
    try {
      writePrivately(folder, files, force);
    } catch (error) {
      // Somebody else wrote while keys were being made.
      const raced = error instanceof Error && "code" in error && error.code === "EEXIST";
      throw raced ? existing(shown, existingPaths(folder, [...files.keys()])) : error;
    }
  });
}

function viewOf(
  { out, manifests = false }: CertsCreateFlags,
  { meshes, namespace }: CertificatePlan,
  made: MadeFiles,
  files: ReadonlyMap<string, string>,
  root: ReadRoot | null,
): CertsMadeView {
  const certificate = (mesh: string | null, role: MadeCertificate["role"], text: string | undefined) =>
    readPem(text ?? "").certificates.map((facts) => ({ mesh, role, facts }));
  const paths = [...files.keys()];
  return {
    folder: out,
    meshes,
    certificates: [
      ...certificate(null, "given root", root?.signer.certificate),
      ...certificate(null, "root", made.shared.get("root-cert.pem")),
      ...made.meshes.flatMap(({ mesh, files: own }) => [
        ...(made.shared.size > 0 || root !== null ? [] : certificate(mesh, "root", own.get("root-cert.pem"))),
        ...certificate(mesh, "intermediate", own.get("ca-cert.pem")),
      ]),
    ],
    files: paths,
    withKeys: paths.filter((path) => path.endsWith("-key.pem") || path.endsWith(`/${secretFile}`)),
    manifests,
    namespace,
  };
}
