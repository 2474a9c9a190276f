// Which CRDs are taken out of Istio's module.
import { expect, test } from "vitest";
import { pickDefinitions } from "./istio-files.ts";

const definition = (plural: string) => `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: ${plural}.gateway.networking.k8s.io
spec:
  names:
    plural: ${plural}
`;

test("definitions are picked by their own name, in the order asked for", () => {
  const all = ["# licence\n", definition("grpcroutes"), definition("gateways"), definition("gatewayclasses")].join(
    "---\n",
  );
  expect(pickDefinitions(all, ["gatewayclasses", "gateways"])).toBe(
    `---\n${definition("gatewayclasses")}---\n${definition("gateways")}`,
  );
});

test("a definition that is not there is said", () => {
  expect(() => pickDefinitions(definition("gateways"), ["tlsroutes"])).toThrow("no CRD of tlsroutes");
});
