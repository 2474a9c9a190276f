// From flags and meshferry.yaml to what the pipeline takes: one input per cluster, and the settings.
import { isAbsolute, relative, resolve } from "node:path";
import { type Config, defaultConfig } from "../config/config.ts";
import type { ClusterInput } from "../core/cluster.ts";
import type { Finding } from "../core/finding.ts";
import type { ClusterId } from "../core/ids.ts";
import { sortedBy, sortedUnique } from "../core/order.ts";
import { readFiles } from "../kube/sources/files/read-files.ts";
import { findingViews } from "../present/model/finding-view.ts";
import { findingsText } from "../present/text/findings-text.ts";
import { paint } from "../present/text/paint.ts";
import type { CliContext } from "./cli-context.ts";
import { writeLines } from "./drawing.ts";
import type { InputFlags } from "./flags.ts";
import { type LiveSource, meshSources, sourceText } from "./mesh-sources.ts";
import { UserError } from "./user-error.ts";

export interface ReadMeshes {
  readonly inputs: readonly ClusterInput[];
  readonly config: Config;
}

/** Reads everything that the flags name. Throws a UserError where nothing at all can be used. */
export async function readMeshes(cli: CliContext, flags: InputFlags): Promise<ReadMeshes> {
  const config = flags.config === undefined ? defaultConfig : await namedConfig(cli, flags.config, flags);
  const sources = meshSources(flags, config, cli.cwd);
  if (sources.size === 0) {
    throw new UserError({
      what: "no mesh was named",
      ...(flags.config === undefined ? {} : { where: flags.config, why: "It has no meshes, and there is no --mesh." }),
      todo: "Name each cluster and where it is read: --mesh east=./east for manifests, --mesh west=context:CONTEXT for a live cluster, or meshes in a --config meshferry.yaml.",
    });
  }
  const given = flags.asOf?.toISOString();
  const now = cli.now().toISOString();
  const inputs: ClusterInput[] = [];
  const live = new Map<ClusterId, LiveSource>();
  for (const name of sortedUnique(sources.keys())) {
    const source = sources.get(name);
    if (source?.from === "context") live.set(name, source);
    if (source?.from !== "files") continue;
    const options = { maxFileSizeBytes: flags.maxFileSize, cwd: cli.cwd };
    const read = await readFiles(name, source.paths, options);
    inputs.push({ ...read, asOf: given ?? read.asOf ?? now });
  }
  if (live.size > 0) {
    const { readClusters } = await import("./read-clusters.ts");
    inputs.push(...(await readClusters(cli, live, given ?? now)));
  }
  if (inputs.every(({ objects }) => objects.length === 0)) {
    writeFindings(
      cli,
      inputs.flatMap(({ findings }) => findings),
    );
    const files = [...sources.values()].some(({ from }) => from === "files");
    throw new UserError({
      what: "nothing could be read",
      where: [...sources].map(([name, source]) => `${name}: ${sourceText(source)}`).join("; "),
      why: files
        ? "No file there holds a Kubernetes object that can be used."
        : "What stood in the way is listed above.",
      todo: files
        ? "Supply the files of `oc adm inspect`, or of `oc get -o yaml`."
        : "Do what is said there, then read again.",
    });
  }
  return { inputs: sortedBy(inputs, ({ id }) => id), config: { ...config, meshes: [] } };
}

/** The configuration in a file, beside the clusters that flags name; what is wrong with it goes to stderr. */
export async function namedConfig(
  cli: CliContext,
  file: string,
  { mesh = [] }: Pick<InputFlags, "mesh">,
): Promise<Config> {
  // Loaded only here: the packages that read it take a tenth of a second.
  const { readConfig } = await import("../config/read-config.ts");
  const { value, findings } = await readConfig(
    resolve(cli.cwd, file),
    mesh.map(({ name }) => name),
  );
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

/** Findings on stderr, without colours: stdout is for the result. */
function writeFindings(cli: CliContext, findings: readonly Finding[]): void {
  if (findings.length > 0) writeLines(cli.stderr, findingsText(findingViews(findings), paint(80, false)));
}
