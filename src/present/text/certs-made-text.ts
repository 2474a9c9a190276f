// The drawing of `certs create`: which CAs there are now, where their keys lie, and what is done with them next.
import type { CertsMadeView } from "../model/certs-made-view.ts";
import { countText } from "../model/count-text.ts";
import { commonName } from "./certs-text.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

/** All lines of the drawing. Commands stand whole in their line, so that they can be pasted. */
export function certsMadeText(view: CertsMadeView, shellFolder: string, paint: Paint): string[] {
  const { folder, meshes, certificates, files, withKeys } = view;
  const columns = [
    { title: "MESH", least: 6 },
    { title: "CERTIFICATE" },
    { title: "NAME", least: 12 },
    { title: "KEY" },
    { title: "VALID TO" },
  ];
  const rows = certificates.map(({ mesh, role, facts: { subject, key, validTo } }) =>
    [mesh ?? "all", role, commonName(subject), `${key.type} ${key.bits ?? ""}`, validTo.slice(0, 10)].map(visibleText),
  );
  const summary = `CAs for ${countText(meshes.length, "mesh")}: ${countText(files.length, "file")} in ${visibleText(folder)}, mode 0600`;
  return [
    ...hanging("", summary, paint.columns).map(paint.bold),
    ...table(columns, rows, paint),
    "",
    paint.bold("Private keys"),
    ...withKeys.flatMap((path) => hanging("  ", visibleText(path), paint.columns)),
    ...hanging("  ", keyAdvice(withKeys), paint.columns).map(paint.dim),
    "",
    paint.bold("Next"),
    ...nextLines(view, shellFolder, paint),
  ];
}

function keyAdvice(withKeys: readonly string[]): string {
  const secret = withKeys.some((path) => path.endsWith("/cacerts.yaml"))
    ? " Each cacerts.yaml holds its mesh's ca-key.pem: never commit it."
    : "";
  return `No cluster needs a root-key.pem: keep it offline, for signing the next intermediate.${secret}`;
}

function nextLines({ meshes, manifests, namespace }: CertsMadeView, shellFolder: string, paint: Paint): string[] {
  const [mesh = ""] = meshes;
  if (manifests) {
    return [
      ...hanging(
        "  ",
        "In each mesh's own cluster, before its control plane is installed, for example:",
        paint.columns,
      ),
      `    kubectl apply --server-side -f ${shellFolder}/${mesh}/`,
      ...hanging("  ", "(combined-root.pem is no manifest, and kubectl leaves it alone.)", paint.columns).map(
        paint.dim,
      ),
    ];
  }
  const files = ["root-cert.pem", "ca-cert.pem", "ca-key.pem", "cert-chain.pem"];
  return [
    ...hanging("  ", "In each mesh's own cluster, before its control plane is installed, for example:", paint.columns),
    `    kubectl create secret generic cacerts -n ${namespace} \\`,
    ...files.map((file, at) => `      --from-file=${shellFolder}/${mesh}/${file}${at < files.length - 1 ? " \\" : ""}`),
  ];
}
