import { expect, test } from "vitest";
import { peerRejection } from "./peer-validity.ts";

test("a name of up to 34 characters without a dot is accepted", () => {
  expect(peerRejection({ name: "west-mesh", namespace: "mesh" })).toBeNull();
  expect(peerRejection({ name: "x".repeat(34), namespace: "mesh" })).toBeNull();
});

test("a longer one is refused", () => {
  const gateway = `federation-discovery-${"x".repeat(35)}-ingress`;
  const line = `* invalid value for gateway name: "${gateway}"`;
  expect(peerRejection({ name: "x".repeat(35), namespace: "mesh" })).toBe(
    `3 errors occurred:\n\t${line}\n\t${line}\n\t${line}\n\n`,
  );
});

test("one with a dot is refused", () => {
  expect(peerRejection({ name: "west.mesh", namespace: "mesh" })).toContain("federation-discovery-west.mesh-ingress");
});

test("a namespace that is no label is named as well", () => {
  expect(peerRejection({ name: "west", namespace: "me.sh" })).toMatch(/^3 errors occurred:[^]*namespace: "me.sh"/);
});
