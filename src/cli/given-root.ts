// `certs create --root DIR`: the root that is there already, what cannot be asked for beside it, and what is not written because of it.
import { join, resolve } from "node:path";
import { type CertificatePlan, defaultPlan } from "../certs/certificate-plan.ts";
import { rootFile, rootKeyFile } from "../certs/make-mesh-files.ts";
import { existingPaths } from "../certs/private-files.ts";
import { isSameFolder, readGivenRoot, type ReadRoot } from "../certs/read-given-root.ts";
import type { CertsCreateFlags } from "./run-certs-flags.ts";
import { UserError } from "./user-error.ts";

/** null: none is given. */
export async function givenRootOf(cwd: string, flags: CertsCreateFlags, now: Date): Promise<ReadRoot | null> {
  const { root } = flags;
  if (root === undefined) return null;
  if (root === "") throw new UserError({ what: "--root names no folder", todo: "Give a folder: --root certs" });
  const [beside] = [
    ...(flags.sharedRoot === true ? ["--shared-root"] : []),
    ...(flags.rootCn === undefined ? [] : ["--root-cn"]),
    ...(flags.daysRoot === undefined ? [] : ["--days-root"]),
  ];
  if (beside !== undefined) {
    throw new UserError({
      what: `${beside} means nothing with --root`,
      why: "The root is there already, and signs for all meshes that are named.",
      todo: `Leave out one of the two.`,
    });
  }
  const read = await readGivenRoot(resolve(cwd, root), now.getTime());
  if (!("why" in read)) return read;
  throw new UserError({
    what: "the root cannot sign",
    where: join(root, read.file),
    why: read.why,
    todo: `Give a folder with ${rootFile} and ${rootKeyFile}, as certs create --shared-root and Istio's make target root-ca leave them.`,
  });
}

/** What a plan says of a root that is given. */
export function givenParts(
  root: ReadRoot | null,
  daysIntermediate: number | undefined,
): Partial<Pick<CertificatePlan, "givenRoot" | "intermediateDays">> {
  if (root === null) return {};
  const { name, daysLeft } = root;
  return {
    givenRoot: { name, daysLeft },
    intermediateDays: daysIntermediate ?? Math.min(daysLeft, defaultPlan.intermediateDays),
  };
}

/** Paths of roots in the given root's own folder: they are what is signed with, and stay as they are. */
export function keptPaths(folder: string, cwd: string, { root, mesh }: CertsCreateFlags): ReadonlySet<string> {
  if (root === undefined) return new Set();
  const home = resolve(cwd, root);
  return new Set(mesh.filter((name) => isSameFolder(join(folder, name), home)).map((name) => `${name}/${rootFile}`));
}

/** Keys of other roots in the meshes' folders: beside another root's certificate nobody would know whose they are. */
export function strayRootKeys(folder: string, plan: CertificatePlan, kept: ReadonlySet<string>): string[] {
  if (!plan.sharedRoot && plan.givenRoot === null) return [];
  const meshes = plan.meshes.filter((mesh) => !kept.has(`${mesh}/${rootFile}`));
  return existingPaths(
    folder,
    meshes.map((mesh) => `${mesh}/${rootKeyFile}`),
  );
}
