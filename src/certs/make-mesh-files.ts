// All files of a plan, in memory: so that nothing is written unless everything could be made.
// Facts: istio 1.22.0, tools/certs/Makefile.selfsigned.mk (what cert-chain.pem is put together from, and in which order).
import { type CertificatePlan, nameFor } from "./certificate-plan.ts";
import { combineCertificates } from "./combine-certificates.ts";
import { makeIntermediate, makeRoot, type Signer } from "./make-authority.ts";
import { cacertsSecret, type Manifest, rootConfigMap } from "./mesh-manifests.ts";

/** What is made for one mesh. */
export interface MeshFiles {
  readonly mesh: string;
  /** By name below the mesh's folder: PEM texts. */
  readonly files: ReadonlyMap<string, string>;
  /** By name below the mesh's folder. */
  readonly manifests: ReadonlyMap<string, Manifest>;
  /** Own root first, then the others', each once. */
  readonly combinedRoots: string;
}

export interface MadeFiles {
  readonly meshes: readonly MeshFiles[];
  /** The shared root, which lies beside the meshes' folders; empty where every mesh has its own. */
  readonly shared: ReadonlyMap<string, string>;
}

export const rootFile = "root-cert.pem";
export const rootKeyFile = "root-key.pem";
export const combinedFile = "combined-root.pem";
export const secretFile = "cacerts.yaml";

/**
 * Makes every key and certificate of a plan that has no trouble; `from` is when they begin to be valid. `given` is the root that
 * the plan speaks of: it signs, and of its key nothing is among what is returned.
 */
export async function makeMeshFiles(plan: CertificatePlan, from: Date, given?: Signer): Promise<MadeFiles> {
  const { sharedRoot } = plan;
  const shared = sharedRoot && !given ? await rootFor(plan, "", from) : null;
  const authorities: { readonly mesh: string; readonly files: ReadonlyMap<string, string> }[] = [];
  for (const mesh of plan.meshes) {
    const outside = given ?? shared;
    const root = outside ?? (await rootFor(plan, mesh, from));
    const own = outside ? [] : [[rootKeyFile, root.key] as const];
    authorities.push({ mesh, files: new Map([...own, ...(await filesOf(plan, mesh, root, from))]) });
  }
  const roots = new Map(authorities.map(({ mesh, files }) => [mesh, files.get(rootFile) ?? ""]));
  return {
    meshes: authorities.map(({ mesh, files }) => {
      const others = [...roots].filter(([name]) => name !== mesh);
      return {
        mesh,
        files,
        manifests: manifestsOf(plan, files, others),
        combinedRoots: combineCertificates([roots.get(mesh) ?? "", ...others.map(([, root]) => root)]),
      };
    }),
    shared: new Map(
      shared === null
        ? []
        : [
            [rootFile, shared.certificate],
            [rootKeyFile, shared.key],
          ],
    ),
  };
}

/** The paths that a plan writes, below the folder that it is written into, before anything is made. */
export function pathsOf(plan: CertificatePlan): { readonly files: string[]; readonly manifests: string[] } {
  const { meshes, sharedRoot, givenRoot } = plan;
  const ownRoots = !sharedRoot && givenRoot === null;
  const pem = [rootFile, ...(ownRoots ? [rootKeyFile] : []), "ca-cert.pem", "ca-key.pem", "cert-chain.pem"];
  return {
    files: [
      ...(sharedRoot && givenRoot === null ? [rootFile, rootKeyFile] : []),
      ...meshes.flatMap((mesh) => pem.map((name) => `${mesh}/${name}`)),
    ],
    manifests: meshes.flatMap((mesh) =>
      [secretFile, combinedFile, ...meshes.filter((other) => other !== mesh).map((other) => peerFile(plan, other))].map(
        (name) => `${mesh}/${name}`,
      ),
    ),
  };
}

function peerFile({ peerConfigMap }: CertificatePlan, other: string): string {
  return `${nameFor(peerConfigMap, other)}.yaml`;
}

async function rootFor(
  { organization, rootName, key, rootDays }: CertificatePlan,
  mesh: string,
  from: Date,
): Promise<Signer> {
  return await makeRoot({ organization, commonName: nameFor(rootName, mesh) }, key, { from, days: rootDays });
}

async function filesOf(
  plan: CertificatePlan,
  mesh: string,
  root: Signer,
  from: Date,
): Promise<ReadonlyMap<string, string>> {
  const subject = {
    organization: plan.organization,
    commonName: nameFor(plan.intermediateName, mesh),
    locality: mesh,
    // common.mk has istiod.istio-system.svc fixed; istiod's Service lies in the control plane's namespace.
    dnsName: `istiod.${plan.namespace}.svc`,
  };
  const authority = await makeIntermediate(subject, plan.key, { from, days: plan.intermediateDays }, root);
  return new Map([
    [rootFile, root.certificate],
    ["ca-cert.pem", authority.certificate],
    ["ca-key.pem", authority.key],
    ["cert-chain.pem", authority.certificate + root.certificate],
  ]);
}

function manifestsOf(
  plan: CertificatePlan,
  files: ReadonlyMap<string, string>,
  others: readonly (readonly [string, string])[],
): ReadonlyMap<string, Manifest> {
  const { namespace, peerConfigMap } = plan;
  return new Map([
    [secretFile, cacertsSecret(files, namespace)],
    ...others.map(([other, root]): [string, Manifest] => [
      peerFile(plan, other),
      rootConfigMap(nameFor(peerConfigMap, other), namespace, root),
    ]),
  ]);
}
