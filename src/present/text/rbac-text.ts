// The least roles for people: who has to be allowed what, where, and what for.
import { fewNames } from "../../core/few-names.ts";
import { groupBy } from "../../core/order.ts";
import type { PermissionRow, RbacClusterView, RbacView } from "../model/rbac-view.ts";
import type { Paint } from "./paint.ts";
import { table } from "./table.ts";
import { visibleText } from "./visible-text.ts";
import { hanging } from "./wrapped.ts";

export function rbacText({ clusters }: RbacView, paint: Paint): string[] {
  return clusters.flatMap((each, index) => [...(index === 0 ? [] : [""]), ...ofCluster(each, paint)]);
}

function ofCluster({ cluster, permissions, notThereYet }: RbacClusterView, paint: Paint): string[] {
  const isReading = ({ why, names }: PermissionRow) => why.length === 1 && why[0] === "read" && names.length === 0;
  const reading = permissions.filter(isReading).map(({ resource }) => resource);
  const places = groupBy(
    permissions.filter((each) => !isReading(each)),
    ({ namespace }) => namespace ?? "",
  );
  const note = `The plan makes ${notThereYet.join(", ")}, and a Role needs its namespace: what has a name there is permitted in the whole cluster by that name; apply the Roles for what has none again once the namespace is there.`;
  return [
    paint.bold(visibleText(cluster === "any" ? "Every cluster" : cluster)),
    ...(reading.length === 0 ? [] : ["  To read: list, in the whole cluster"]),
    ...(reading.length === 0 ? [] : hanging("    ", reading.join(", "), paint.columns)),
    ...[...places].flatMap(([namespace, rows]) => [
      `  ${namespace === "" ? "In the whole cluster" : `In ${visibleText(namespace)}`}`,
      ...table(columns, rows.map(cells), paint, "    "),
    ]),
    ...(permissions.some(({ optional }) => optional.length > 0)
      ? hanging(
          "  ",
          "verb?: nothing stops without it; it makes something faster, or newer servers ask for it.",
          paint.columns,
        )
      : []),
    ...(notThereYet.length === 0 ? [] : hanging("  ", visibleText(note), paint.columns)),
  ];
}

const columns = [{ title: "WHAT", least: 20 }, { title: "VERBS" }, { title: "FOR" }];

function cells({ resource, names, verbs, optional, why }: PermissionRow): string[] {
  return [
    visibleText(names.length === 0 ? resource : `${resource} ${fewNames(names)}`),
    verbs.map((verb) => (optional.includes(verb) ? `${verb}?` : verb)).join(","),
    why.join(","),
  ];
}
