// security.istio.io AuthorizationPolicy: who may call a workload.
import { list, maybePart, metadata, object, type Out, part, string, text, textMap } from "./fields.ts";

const texts = list(string);

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

export const authorizationPolicy = object({
  metadata,
  spec: part({
    action: text,
    selector: maybePart({ matchLabels: textMap }),
    targetRef: maybePart({ name: text }),
    provider: maybePart({ name: text }),
    /** None matches nothing. */
    rules: list(
      part({
        from: list(part({ source })),
        to: list(part({ operation })),
        when: list(part({ key: text, values: texts, notValues: texts })),
      }),
    ),
  }),
});
export type AuthorizationPolicy = Out<typeof authorizationPolicy>;
