// What is in the certificates that trust rests on: those of ConfigMaps beside control planes, each read once.
import type { CertificateFacts, CertificateReadings } from "../../core/certificates.ts";
import { certificateBlocks } from "../../core/certificates.ts";
import type { Hash } from "../../core/hash.ts";
import { isJsonObject } from "../../core/json.ts";
import type { KubeObject } from "../../core/object-ref.ts";
import { sortedBy } from "../../core/order.ts";
import { readCertificate } from "./read-certificate.ts";

/**
 * The certificates of all ConfigMaps in namespaces with a control plane: its own root, and those that its peers name. istiod's
 * copies in other namespaces are only compared as texts.
 */
export function readRootCertificates(objects: readonly KubeObject[]): CertificateReadings {
  const homes = new Set(
    objects.filter(({ ref }) => ref.kind === "ServiceMeshControlPlane").map(({ ref }) => ref.namespace),
  );
  const texts = new Set<string>();
  for (const { ref, body } of objects) {
    if (ref.kind !== "ConfigMap" || ref.group !== "" || !homes.has(ref.namespace)) continue;
    const data = isJsonObject(body["data"]) ? Object.values(body["data"]) : [];
    for (const text of data) if (typeof text === "string" && text.includes("BEGIN CERTIFICATE")) texts.add(text);
  }
  const readings = new Map<Hash, CertificateFacts | null>();
  for (const text of texts) {
    for (const { hash, pem } of certificateBlocks(text))
      if (!readings.has(hash)) readings.set(hash, readCertificate(pem));
  }
  return new Map(sortedBy(readings, ([hash]) => hash));
}
