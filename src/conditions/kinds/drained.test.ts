// drained: idle for long enough, at every one of the workloads.
import { expect, test } from "vitest";
import { judged, ref } from "../../../test/support/judged.ts";
import { refKey } from "../../core/object-ref.ts";
import type { Idle, Seen } from "../facts.ts";

const one = ref("Deployment.apps a/ingress");
const two = ref("Deployment.apps a/egress");

function said(first: Seen<Idle>, second: Seen<Idle>): string {
  const idle = new Map([
    [refKey(one), first],
    [refKey(two), second],
  ]);
  return judged({ kind: "drained", workloads: [one, two], forMs: 10_000 }, { idle });
}

test("both idle, for as long as was asked", () => {
  expect(said({ active: 0, forMs: 10_000 }, { active: 0, forMs: 12_000 })).toBe("done");
  expect(said({ active: 0, forMs: 10_000 }, { active: 0, forMs: 9_900 })).toBe(
    "pending MF868: east: Deployment a/egress still carries nothing; idle for 9 s of 10 s.",
  );
  expect(said({ active: 2, forMs: 0 }, { active: 0, forMs: 12_000 })).toBe(
    "pending MF868: east: Deployment a/ingress still carries 2 connections; idle for 0 s of 10 s.",
  );
  // Whoever counts: what carries something is not idle.
  expect(said({ active: 2, forMs: 12_000 }, { active: 0, forMs: 12_000 })).toContain("MF868");
  expect(said({ unseen: "no answer" }, { active: 0, forMs: 12_000 })).toContain("MF870");
});
