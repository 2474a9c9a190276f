// Whether the sample apps of a scaffold can stand beside each other.
import { scaffoldNameTaken } from "../findings/codes/scaffold.ts";
import { objectNames } from "./app-names.ts";
import type { ScaffoldFile } from "./config-shape.ts";
import { type Problem, type Way, wrong } from "./problem.ts";
import { controlPlaneOf, namesOf, placeOf } from "./resolve.ts";

/** One kind for each app; no name twice in a namespace; no namespace of two meshes. */
export function checkApps(file: ScaffoldFile): Problem[] {
  const owners = new Map<string, string>();
  for (const [index, mesh] of file.meshes.entries()) {
    owners.set(
      `${namesOf(mesh).cluster}/${controlPlaneOf(file, mesh).namespace}`,
      `meshes[${index}], its control plane's`,
    );
  }
  return file.meshes.flatMap((mesh, index) => {
    const { cluster } = namesOf(mesh);
    const seen = new Map<string, string>();
    return mesh.apps.flatMap((app, at): Problem[] => {
      const way = ["meshes", index, "apps", at];
      const kinds = (["client", "http", "tcp"] as const).filter((kind) => app[kind] !== undefined);
      if (kinds.length !== 1) return [wrong(way, "is not exactly one of client, http and tcp")];
      const { namespace, name } = placeOf(app);
      const problems: Problem[] = [];
      const owner = owners.get(`${cluster}/${namespace}`);
      if (owner !== undefined && owner !== mesh.name) problems.push(taken(way, "namespace", namespace, owner));
      owners.set(`${cluster}/${namespace}`, owner ?? mesh.name);
      for (const each of objectNames(app.serviceAccounts ?? [name], name)) {
        const other = seen.get(`${namespace}/${each}`);
        if (other !== undefined) problems.push(taken(way, "app", `${namespace}/${each}`, other));
        seen.set(`${namespace}/${each}`, other ?? `apps[${at}]`);
      }
      const accounts = app.serviceAccounts ?? [];
      if (new Set(accounts).size < accounts.length) problems.push(wrong([...way, "serviceAccounts"], "has one twice"));
      return problems;
    });
  });
}

function taken(at: Way, what: string, name: string, other: string): Problem {
  return { at, finding: (place, field) => scaffoldNameTaken.at([place], { field, what, name, other }) };
}
