// federation.maistra.io ImportedServiceSet (maistra/api federation/v1).
import { flag, list, maybePart, metadata, object, type Out, part, text } from "./fields.ts";

export const importedServiceSet = object({
  metadata,
  spec: part({
    domainSuffix: text,
    locality: maybePart({ region: text, zone: text, subzone: text }),
    importRules: list(
      part({
        type: text,
        importAsLocal: flag,
        domainSuffix: text,
        nameSelector: maybePart({ namespace: text, name: text, alias: maybePart({ namespace: text, name: text }) }),
      }),
    ),
  }),
  status: maybePart({
    importedServices: list(
      part({ localService: part({ hostname: text, name: text, namespace: text }), exportedName: text }),
    ),
  }),
});
export type ImportedServiceSet = Out<typeof importedServiceSet>;
