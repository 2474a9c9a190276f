// The form of a case: two meshes, their services in short, their federation objects as Kubernetes would hold them.
import { z } from "zod";
import type { Field, Misfit } from "../../src/inventory/kinds/fields.ts";
import { exportedServiceSet } from "../../src/inventory/kinds/exported-service-set.ts";
import { importedServiceSet } from "../../src/inventory/kinds/imported-service-set.ts";
import { service } from "../../src/inventory/kinds/service.ts";
import { serviceEntry } from "../../src/inventory/kinds/service-entry.ts";

const name = z.string();
/** A view of the product's own, or null. */
const orNull = <T>(field: Field<T>) =>
  z
    .unknown()
    .optional()
    .transform((value, context) => (value === undefined || value === null ? null : view(field, value, context)));

function view<T>({ read }: Field<T>, value: unknown, context: Pick<z.RefinementCtx, "addIssue">): T {
  const misfits: Misfit[] = [];
  const result = read(value, misfits);
  for (const { path, problem } of misfits) context.addIssue({ code: "custom", path, message: problem });
  return result;
}

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
  if (kind === "ServiceEntry") return { kind, view: view(serviceEntry, { metadata, spec }, context) };
  return { kind, view: view(service, { metadata, spec: rest }, context) };
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
