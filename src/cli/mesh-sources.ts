// Where each cluster is read, from flags and meshferry.yaml: files, or a context of kubeconfig files. Opens nothing.
import { resolve } from "node:path";
import type { Config } from "../config/config.ts";
import { type ClusterId, clusterId } from "../core/ids.ts";
import { contextText, type InputFlags } from "./flags.ts";
import { UserError } from "./user-error.ts";

export interface LiveSource {
  readonly from: "context";
  /** As it was written: a context's name, or that, ":" and NAMESPACE/NAME of a control plane; "": the current context. */
  readonly written: string;
  /** Said apart from the context; null: perhaps in `written`. */
  readonly controlPlane: string | null;
  /** Absolute; none: as kubectl finds them. */
  readonly kubeconfigs: readonly string[];
}

export type MeshSource = { readonly from: "files"; readonly paths: readonly string[] } | LiveSource;

/** By the name of the cluster. Throws a UserError where a cluster would be read in two ways. */
export function meshSources(
  flags: Pick<InputFlags, "mesh" | "kubeconfig">,
  config: Config,
  cwd: string,
): Map<ClusterId, MeshSource> {
  const sources = new Map<ClusterId, MeshSource>();
  const named = (name: string | null) =>
    (flags.kubeconfig ?? []).filter((flag) => flag.name === name).map(({ file }) => resolve(cwd, file));
  const kubeconfigs = (name: string) => (named(name).length > 0 ? named(name) : named(null));
  const add = (name: ClusterId, source: MeshSource): void => {
    const before = sources.get(name);
    if (before === undefined) sources.set(name, source);
    else if (before.from === "files" && source.from === "files")
      sources.set(name, { from: "files", paths: [...before.paths, ...source.paths] });
    else
      throw new UserError({
        what: `the cluster ${name} is named twice`,
        why: "A live cluster is read whole, and by itself.",
        todo: "Give each cluster a name of its own; of one with several meshes name the cluster once.",
      });
  };
  for (const { name, source } of config.meshes) {
    if (source.from === "files") add(name, source);
    else {
      const { context: written, kubeconfig, controlPlane } = source;
      const own = named(name);
      const files = own.length > 0 ? own : kubeconfig === null ? named(null) : [resolve(cwd, kubeconfig)];
      add(name, { from: "context", written, controlPlane, kubeconfigs: files });
    }
  }
  for (const flag of flags.mesh ?? []) {
    const written = contextText(flag);
    const name = clusterId(flag.name);
    if (written === null) add(name, { from: "files", paths: [flag.path] });
    else add(name, { from: "context", written, controlPlane: null, kubeconfigs: kubeconfigs(flag.name) });
  }
  return sources;
}

/** As it is shown to the user. */
export function sourceText(source: MeshSource): string {
  if (source.from === "files") return source.paths.join(", ");
  return source.written === "" ? "the current context" : `context ${source.written}`;
}
