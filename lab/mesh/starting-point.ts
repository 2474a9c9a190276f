// The lab's meshes as the product's own scaffold makes them: namespaces, control planes, peers, apps, exports and imports.
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { defaultPlan } from "../../src/certs/certificate-plan.ts";
import { makeMeshFiles } from "../../src/certs/make-mesh-files.ts";
import { readScaffold } from "../../src/config/read-scaffold.ts";
import type { Plan, ScaffoldPhaseId } from "../../src/plan/plan.ts";
import { makeScaffoldPlan } from "../../src/scaffold/make-scaffold-plan.ts";
import type { Scaffold } from "../../src/scaffold/scaffold.ts";
import type { Manifest } from "../api/live-object.ts";
import { LabTrouble } from "../machine/trouble.ts";

export interface StartingPoint {
  readonly scaffold: Scaffold;
  /** Its phases, and the slots that the addresses of gateways go into. */
  readonly plan: Plan;
  /** The Secret cacerts by the mesh's name; it holds a private key, and is written nowhere. */
  readonly authorities: ReadonlyMap<string, Manifest>;
  /** The root certificate by the mesh's name. */
  readonly roots: ReadonlyMap<string, string>;
  /** scaffold.yaml and the roots that it names: what `meshferry scaffold` takes. */
  readonly folder: string;
}

export const meshNames = ["east", "west"] as const;

/** Makes new CAs. `folder` gets what a person needs to run the scaffold by hand, and no key. */
export async function makeStartingPoint(folder: string): Promise<StartingPoint> {
  const config = join(folder, "scaffold.yaml");
  const certificates = { ...defaultPlan, meshes: meshNames, key: { type: "ec" } } as const;
  const { meshes } = await makeMeshFiles(certificates, new Date());
  const roots = new Map(meshes.map(({ mesh, files }) => [mesh, files.get("root-cert.pem") ?? ""]));
  for (const [mesh, root] of roots) {
    await mkdir(join(folder, "certs", mesh), { recursive: true });
    await writeFile(join(folder, "certs", mesh, "root-cert.pem"), root);
  }
  await copyFile(join(import.meta.dirname, "starting-point.yaml"), config);
  const { value, findings } = await readScaffold(config);
  if (value === null) throw new LabTrouble("the scaffold's configuration is refused", JSON.stringify(findings), config);
  const authorities = new Map(
    meshes.flatMap(({ mesh, manifests }) => {
      const secret = manifests.get("cacerts.yaml");
      return secret === undefined ? [] : [[mesh, { ...secret } satisfies Manifest] as const];
    }),
  );
  return { scaffold: value.scaffold, plan: makeScaffoldPlan(value.scaffold, value.roots), authorities, roots, folder };
}

/** What a phase makes in a cluster, in the order of its steps; slots are left as they are. */
export function objectsOf({ plan }: Pick<StartingPoint, "plan">, id: ScaffoldPhaseId, cluster: string): Manifest[] {
  const steps = plan.phases.find((phase) => phase.id === id)?.steps ?? [];
  return steps.flatMap(({ action }) => {
    if (action.do !== "apply" || action.ref.cluster !== cluster) return [];
    return [plan.objects[action.object] as Manifest];
  });
}
