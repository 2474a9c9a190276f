// Codes of the rehearsal: what a plan would do to requests, seen in a model before anything is touched. MF950 to MF979.
import { defineCode } from "./define-code.ts";

/** The same loss in the four moments that a rehearsal looks at. */
export const pathLost = {
  after: defineCode({
    code: "MF950",
    name: "path-lost",
    severity: "block",
    message: "After {step}: {pairs} {fail}. {reason}",
    why: "What works before the plan has to work after each of its steps.",
    todo: "Do not apply this plan. Run meshferry rehearse --explain CLIENT HOST to see where the requests end.",
  }),
  later: defineCode({
    code: "MF951",
    name: "path-lost-later",
    severity: "block",
    message: "Some time after {step}, when certificates and federation have been renewed: {pairs} {fail}. {reason}",
    why: "A run may pause after any step, for days. What works then must not depend on what is about to be replaced.",
    todo: "Do not apply this plan. Run meshferry rehearse --explain CLIENT HOST to see where the requests end.",
  }),
  undone: defineCode({
    code: "MF952",
    name: "path-lost-by-undo",
    severity: "block",
    message: "After {step} and its undo: {pairs} {fail}. {reason}",
    why: "A step that is taken back has to leave what was before.",
    todo: "Do not apply this plan: its undo is not safe at this step.",
  }),
  restarted: defineCode({
    code: "MF953",
    name: "path-lost-at-restart",
    severity: "block",
    message: "When {restarted} is started anew after {step}: {pairs} {fail}. {reason}",
    why: "Proxies keep in memory what they were once told. A pod that moves to another node has only what is there now.",
    todo: "Do not apply this plan. Run meshferry rehearse --explain CLIENT HOST to see where the requests end.",
  }),
} as const;

export const doorOpened = defineCode({
  code: "MF954",
  name: "door-opened",
  severity: "block",
  message: "After {step}, clients of {mesh} can reach {service}, which federation has not let them.",
  why: "A gateway that passes connections through asks nobody who they are; every mesh whose root is trusted gets in unless a policy at the workload denies it.",
  todo: "Plan again with the policies that the findings of the plan name, or agree that these clients may call.",
});

export const neverDone = defineCode({
  code: "MF955",
  name: "step-never-done",
  severity: "block",
  message: "{step} would wait in vain: {waits}",
  why: "The step's condition does not come true by what the plan has done until then.",
  todo: "Do not apply this plan. What the condition waits for is missing before it, or has to be done by hand.",
});

export const stepFails = defineCode({
  code: "MF956",
  name: "step-fails",
  severity: "block",
  message: "{step} would fail: {reason}",
  why: "The object is not what the step expects by then.",
  todo: "Do not apply this plan; plan again from what is there.",
});

export const startsBroken = defineCode({
  code: "MF957",
  name: "starts-broken",
  severity: "warn",
  message: "Before the plan, as far as the model sees: {pairs} {fail}. {reason}",
  why: "What does not work at the start is not proven to work later.",
  todo: "See whether it works: meshferry verify asks the clients. If it does, the model lacks something; please report it.",
});

export const requestsCut = defineCode({
  code: "MF958",
  name: "requests-cut",
  severity: "block",
  message: "{step} takes federation away while requests are still under way on it, to {hosts}.",
  why: "Requests that began before their client was moved end where they began; long ones take their time.",
  todo: "Do not apply this plan: it has to wait until the federation gateways carry nothing any more.",
});
