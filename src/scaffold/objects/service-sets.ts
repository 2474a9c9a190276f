// What a mesh exports to a peer, and what it imports from it. A set belongs to the peer of its name.
import type { JsonObject } from "../../core/json.ts";
import type { Export, ExportRule, Import, ImportRule, Pattern, ScaffoldMesh } from "../scaffold.ts";
import { madeObject, type MadeObject } from "./made-object.ts";

const apiVersion = "federation.maistra.io/v1";

export function exportedServiceSet(exporter: ScaffoldMesh, importer: ScaffoldMesh, { rules }: Export): MadeObject {
  return madeObject(exporter.cluster, {
    apiVersion,
    kind: "ExportedServiceSet",
    namespace: exporter.namespace,
    name: importer.peer,
    rest: { spec: { exportRules: rules.map(exportRule) } },
  });
}

function exportRule({ service, as, labels }: ExportRule): JsonObject {
  if (labels === null) return { type: "NameSelector", nameSelector: selector(service, as) };
  const { namespace, matchLabels, matchExpressions, aliases } = labels;
  return {
    type: "LabelSelector",
    labelSelector: {
      ...(namespace === null ? {} : { namespace }),
      selector: {
        ...(Object.keys(matchLabels).length === 0 ? {} : { matchLabels: { ...matchLabels } }),
        ...(matchExpressions.length === 0
          ? {}
          : { matchExpressions: matchExpressions.map(({ key, operator, values }) => ({ key, operator, values })) }),
      },
      ...(aliases.length === 0 ? {} : { aliases: aliases.map((alias) => selector(alias.service, alias.as)) }),
    },
  };
}

export function importedServiceSet(importer: ScaffoldMesh, exporter: ScaffoldMesh, set: Import): MadeObject {
  const { rules, domainSuffix, locality } = set;
  return madeObject(importer.cluster, {
    apiVersion,
    kind: "ImportedServiceSet",
    namespace: importer.namespace,
    name: exporter.peer,
    rest: {
      spec: {
        importRules: rules.map(importRule),
        ...(domainSuffix === null ? {} : { domainSuffix }),
        ...(locality === null ? {} : { locality: { ...locality } }),
      },
    },
  });
}

function importRule({ service, as, local, domainSuffix }: ImportRule): JsonObject {
  return {
    type: "NameSelector",
    nameSelector: selector(service, as),
    ...(local ? { importAsLocal: true } : {}),
    ...(domainSuffix === null ? {} : { domainSuffix }),
  };
}

/** What is not stated matches everything; of an alias, it keeps what is there. */
function selector(service: Pattern | null, as: Pattern | null): JsonObject {
  const { namespace = null, name = null } = service ?? {};
  // An object without any field reads like none at all to people: the wildcard is written out.
  const halves = namespace === null && name === null ? { namespace: "*", name: "*" } : halvesOf({ namespace, name });
  return { ...halves, ...(as === null ? {} : { alias: halvesOf(as) }) };
}

function halvesOf({ namespace, name }: Pattern): JsonObject {
  return { ...(namespace === null ? {} : { namespace }), ...(name === null ? {} : { name }) };
}
