// security.istio.io AuthorizationPolicy: who may call a workload.
import { z } from "zod";
import { list, maybePart, metadata, part, text, textMap } from "./fields.ts";

const texts = list(z.string());

const source = part({
  principals: texts,
  notPrincipals: texts,
  requestPrincipals: texts,
  notRequestPrincipals: texts,
  namespaces: texts,
  notNamespaces: texts,
  ipBlocks: texts,
  notIpBlocks: texts,
  remoteIpBlocks: texts,
  notRemoteIpBlocks: texts,
});

const operation = part({
  hosts: texts,
  notHosts: texts,
  ports: texts,
  notPorts: texts,
  methods: texts,
  notMethods: texts,
  paths: texts,
  notPaths: texts,
});

export const authorizationPolicy = z.object({
  metadata,
  spec: part({
    action: text,
    selector: maybePart({ matchLabels: textMap }),
    targetRef: maybePart({ name: text }),
    provider: maybePart({ name: text }),
    /** null: no rules, which matches nothing. */
    rules: z
      .array(
        part({
          from: list(part({ source })),
          to: list(part({ operation })),
          when: list(part({ key: text, values: texts, notValues: texts })),
        }),
      )
      .nullish()
      .transform((value) => value ?? []),
  }),
});
export type AuthorizationPolicy = z.output<typeof authorizationPolicy>;
