// From flags and meshferry.yaml to what the pipeline takes: one input per cluster, and the settings.
import { isAbsolute, relative, resolve } from "node:path";
import { type Config, defaultConfig } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Finding } from "../core/finding.ts";
import { type ClusterId, clusterId } from "../core/ids.ts";
import { sortedUnique } from "../core/order.ts";
import { readFiles } from "../kube/sources/files/read-files.ts";
import { findingViews } from "../present/model/finding-view.ts";
import { findingsText } from "../present/text/findings-text.ts";
import { paint } from "../present/text/paint.ts";
import type { CliContext } from "./cli-context.ts";
import { writeLines } from "./drawing.ts";
import { type InputFlags, liveCluster } from "./flags.ts";
import { UserError } from "./user-error.ts";

export interface ReadMeshes {
  readonly inputs: readonly ClusterInput[];
  readonly config: Config;
}

/** Reads everything that the flags name. Throws a UserError where nothing at all can be used. */
export async function readMeshes(cli: CliContext, flags: InputFlags): Promise<ReadMeshes> {
  const config = flags.config === undefined ? defaultConfig : await configFrom(cli, flags.config);
  const paths = pathsByMesh(flags, config);
  if (paths.size === 0) {
    throw new UserError({
      what: "no mesh was named",
      todo: "Name each cluster and where its manifests lie: --mesh east=./east --mesh west=./west, or --config meshferry.yaml.",
    });
  }
  const inputs: ClusterInput[] = [];
  const asOf = (flags.asOf ?? cli.now()).toISOString();
  for (const name of sortedUnique(paths.keys())) {
    const options = { maxFileSizeBytes: flags.maxFileSize, cwd: cli.cwd };
    inputs.push({ ...(await readFiles(name, paths.get(name) ?? [], options)), asOf });
  }
  if (inputs.every(({ objects }) => objects.length === 0)) {
    writeFindings(
      cli,
      inputs.flatMap(({ findings }) => findings),
    );
    throw new UserError({
      what: "nothing could be read",
      where: [...paths].map(([name, each]) => `${name}: ${each.join(", ")}`).join("; "),
      why: "No file there holds a Kubernetes object that can be used.",
      todo: "Supply the files of `oc adm inspect`, or of `oc get -o yaml`.",
    });
  }
  return { inputs, config: { ...config, meshes: [] } };
}

async function configFrom(cli: CliContext, file: string): Promise<Config> {
  // Loaded only here: the packages that read it take a tenth of a second.
  const { readConfig } = await import("../config/read-config.ts");
  const { value, findings } = await readConfig(resolve(cli.cwd, file));
  const shown = findings.map((finding) => ({
    ...finding,
    subjects: finding.subjects.map((subject) => nearer(subject, cli.cwd, file)),
  }));
  if (findings.length > 0) writeFindings(cli, shown);
  if (value === null) {
    throw new UserError({
      what: "the configuration cannot be used",
      where: file,
      todo: "Correct what is listed above.",
    });
  }
  return value;
}

/** The file as the user named it, not as it was resolved. */
function nearer(subject: Finding["subjects"][number], cwd: string, file: string): Finding["subjects"][number] {
  if (!("file" in subject) || isAbsolute(file)) return subject;
  return { ...subject, file: relative(cwd, subject.file) };
}

function pathsByMesh(flags: InputFlags, config: Config): Map<ClusterId, string[]> {
  const paths = new Map<ClusterId, string[]>();
  for (const { name, source } of config.meshes) {
    if (source.from === "context") throw liveCluster(`${flags.config ?? "meshferry.yaml"}: mesh ${name}`);
    paths.set(name, [...(paths.get(name) ?? []), ...source.paths]);
  }
  for (const { name, path } of flags.mesh ?? []) {
    const id = clusterId(name);
    paths.set(id, [...(paths.get(id) ?? []), path]);
  }
  return paths;
}

/** Findings on stderr, without colours: stdout is for the result. */
function writeFindings(cli: CliContext, findings: readonly Finding[]): void {
  if (findings.length > 0) writeLines(cli.stderr, findingsText(findingViews(findings), paint(80, false)));
}
