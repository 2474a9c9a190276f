// federation.maistra.io ExportedServiceSet (maistra/api federation/v1).
import { list, maybePart, metadata, object, type Out, part, text } from "./fields.ts";
import { maybeLabelSelector } from "./label-selector.ts";

const alias = maybePart({ namespace: text, name: text });

export const exportedServiceSet = object({
  metadata,
  spec: part({
    exportRules: list(
      part({
        type: text,
        nameSelector: maybePart({ namespace: text, name: text, alias }),
        labelSelector: maybePart({
          namespace: text,
          selector: maybeLabelSelector,
          aliases: list(part({ namespace: text, name: text, alias })),
        }),
      }),
    ),
  }),
  status: maybePart({
    exportedServices: list(
      part({ localService: part({ hostname: text, name: text, namespace: text }), exportedName: text }),
    ),
  }),
});
export type ExportedServiceSet = Out<typeof exportedServiceSet>;
