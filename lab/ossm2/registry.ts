// The services that an istiod holds, from what an API server shows: what export rules are asked about.
import { servicePortProtocol, namedProtocol } from "../../src/federation/rules/protocol-selection.ts";
import { type RegistryService, serviceHostname } from "../../src/federation/rules/registry-service.ts";
import { sortedBy } from "../../src/core/order.ts";
import { pointer } from "../../src/core/pointer.ts";
import type { LiveObject } from "../api/live-object.ts";
import { isStandIn } from "./marks.ts";
import { listAt, numberAt, textAt, textMapAt, textsAt } from "./read-fields.ts";

const exportToAnnotation = pointer("metadata", "annotations", "networking.istio.io/exportTo");

/** In the order of their hosts; entries of the stand-in are imports, which are never exported again. */
export function registryOf(objects: Iterable<LiveObject>): readonly RegistryService[] {
  const held = [...objects].flatMap((object) => {
    if (object.kind === "Service") return [ofService(object)];
    return object.kind === "ServiceEntry" && !isStandIn(object) ? ofEntry(object) : [];
  });
  return sortedBy(
    held,
    ({ hostname }) => hostname,
    ({ namespace }) => namespace,
  );
}

export function ofService(object: LiveObject): RegistryService {
  const { name, namespace = "" } = object.metadata;
  const exportTo = textAt(object, exportToAnnotation);
  return {
    source: "Service",
    hostname: serviceHostname(name, namespace),
    name,
    namespace,
    labels: textMapAt(object, "/metadata/labels"),
    ports: listAt(object, "/spec/ports").map((port) => {
      const facts = { name: textAt(port, "/name"), port: numberAt(port, "/port") ?? 0 };
      const protocol = textAt(port, "/protocol");
      const appProtocol = textAt(port, "/appProtocol");
      return {
        name: facts.name,
        number: facts.port,
        protocol: servicePortProtocol({ ...facts, protocol, appProtocol }, "1.20"),
      };
    }),
    meshExternal: textAt(object, "/spec/type") === "ExternalName" && textAt(object, "/spec/externalName") !== "",
    exportTo: exportTo === "" ? [] : exportTo.split(","),
  };
}

function ofEntry(object: LiveObject): RegistryService[] {
  const { namespace = "" } = object.metadata;
  return [...new Set(textsAt(object, "/spec/hosts"))].map((host) => ({
    source: "ServiceEntry",
    hostname: host,
    name: host,
    namespace,
    labels: textMapAt(object, "/metadata/labels"),
    ports: listAt(object, "/spec/ports").map((port) => ({
      name: textAt(port, "/name"),
      number: numberAt(port, "/number") ?? 0,
      protocol: namedProtocol(textAt(port, "/protocol")),
    })),
    meshExternal: textAt(object, "/spec/location") !== "MESH_INTERNAL",
    exportTo: textsAt(object, "/spec/exportTo"),
  }));
}
