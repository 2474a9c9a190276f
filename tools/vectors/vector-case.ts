// The form of a case: two meshes, their services in short, their federation objects as Kubernetes would hold them.
import { z } from "zod";
import { exportedServiceSet } from "../../src/inventory/kinds/exported-service-set.ts";
import { importedServiceSet } from "../../src/inventory/kinds/imported-service-set.ts";
import { service } from "../../src/inventory/kinds/service.ts";
import { serviceEntry } from "../../src/inventory/kinds/service-entry.ts";

const name = z.string();
const orNull = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? null);

const federated = z.object({
  name,
  namespace: name,
  hostname: z.string(),
  ports: z
    .array(z.object({ name: z.string().default(""), port: z.number() }))
    .nullish()
    .transform((ports) => ports ?? []),
});
const flat = z.looseObject({
  kind: z.enum(["Service", "ServiceEntry", "Federated"]).default("Service"),
  name,
  namespace: name,
});

/** A case's service; the fields of metadata lie flat, and so do those of a Kubernetes Service's spec. */
const caseService = flat.transform((value, context) => {
  const { kind, name: called, namespace, labels, annotations, spec, ...rest } = value;
  const metadata = { name: called, namespace, labels, annotations };
  const read = <T>(parsed: z.ZodSafeParseResult<T>): T => {
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues) context.addIssue({ code: "custom", path, message });
    return z.NEVER;
  };
  if (kind === "Federated") return { kind, view: read(federated.safeParse(value)) };
  if (kind === "ServiceEntry") return { kind, view: read(serviceEntry.safeParse({ metadata, spec })) };
  return { kind, view: read(service.safeParse({ metadata, spec: rest })) };
});

export const vectorCase = z.object({
  exporterMesh: z.object({
    peerName: name,
    namespace: name,
    clusterDomain: z.string().default(""),
    ingressName: z.string().default("federation-ingress"),
    clientID: z.string().default("cluster.local/ns/remote/sa/egress"),
    services: z
      .array(caseService)
      .nullish()
      .transform((services) => services ?? []),
    exportedServiceSet: orNull(exportedServiceSet),
  }),
  importerMesh: z.object({
    peerName: name,
    namespace: name,
    clusterDomain: z.string().default(""),
    importedServiceSet: orNull(importedServiceSet),
  }),
});
export type VectorCase = z.output<typeof vectorCase>;
export type CaseService = VectorCase["exporterMesh"]["services"][number];
