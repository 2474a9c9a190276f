// Fields that a case may have and that none of the committed cases has.
import { expect, test } from "vitest";
import { type Answer, answerCase } from "../../tools/vectors/answer-case.ts";
import { vectorCase } from "../../tools/vectors/vector-case.ts";

function answer(exporter: Readonly<Record<string, unknown>>): Answer {
  const metadata = { name: "west", namespace: "mesh" };
  const spec = { exportRules: [{ type: "NameSelector", nameSelector: {} }] };
  return answerCase(
    vectorCase.parse({
      exporterMesh: { peerName: "west", namespace: "mesh", exportedServiceSet: { metadata, spec }, ...exporter },
      importerMesh: { peerName: "east", namespace: "mesh" },
    }),
  );
}

const ingress = { name: "in", namespace: "mesh", ports: [{ name: "tls", port: 15443 }] };

test("without a clientID there is no policy", () => {
  expect(answer({ services: [ingress] }).exporter.authorizationPolicyNotHosts).toEqual([
    "in.mesh.svc.west-exports.local",
  ]);
  expect(answer({ services: [ingress], clientID: "" }).exporter.authorizationPolicyNotHosts).toEqual([]);
});

test("the ingress is the one that the peer names", () => {
  expect(answer({ services: [ingress] }).exporter.services[0]?.exportedOnEvent).toBe(true);
  expect(answer({ services: [ingress], ingressName: "in" }).exporter.services[0]?.exportedOnEvent).toBe(false);
});

test("meshes without services and sets have empty answers", () => {
  expect(answer({ exportedServiceSet: null, services: null })).toEqual({
    exporter: { services: [], statusExportedServices: [], authorizationPolicyNotHosts: [] },
    importer: {
      services: [],
      statusImportedServices: [],
      locality: null,
      defaultSuffix: "svc.east-imports.local",
      localSuffix: "svc.cluster.local",
    },
  });
});
