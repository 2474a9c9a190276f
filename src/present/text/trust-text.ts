// The drawing of who trusts whom: one row for each mesh.
import type { TrustView } from "../model/trust-view.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";

/** Lines with a heading; none where there is no mesh. */
export function trustLines(views: readonly TrustView[], paint: Paint): string[] {
  if (views.length === 0) return [];
  const columns = [
    { title: "MESH", least: 16 },
    { title: "CA" },
    { title: "ROOT" },
    { title: "VALID TO" },
    { title: "TRUSTED BY", least: 14 },
  ];
  return [paint.bold("Trust"), ...table(columns, views.map(trustRow), paint)];
}

function trustRow({ mesh, ca, roots, trustedBy }: TrustView): string[] {
  const own = (roots ?? []).filter((root) => root.own);
  const peers = trustedBy.map(
    ({ mesh: by, agrees }) => `${by}${agrees === null ? " (?)" : agrees ? "" : " (another root)"}`,
  );
  return [
    mesh,
    ca.kind === "unknown" ? "?" : ca.kind,
    roots === null ? "?" : own.map(({ hash }) => hash.slice("sha256:".length, "sha256:".length + 12)).join(" "),
    roots === null ? "?" : own.map(({ validTo }) => validTo?.slice(0, 10) ?? "?").join(" "),
    peers.length === 0 ? "nobody" : peers.join(", "),
  ].map(visibleText);
}
