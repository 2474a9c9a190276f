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

export const pathNotSeen = defineCode({
  code: "MF970",
  name: "path-not-seen",
  severity: "block",
  message: "{step} sends {clients} to {gateway}, and nobody has seen by then that they can open a connection to it.",
  why: "Until now only federation's egress gateways left the cluster. What firewalls, NetworkPolicies and routes let the clients themselves through, no object tells.",
  todo: "Do not apply this plan: before anybody is moved it has to try the gateway from where they are.",
});

export const waveUnseen = defineCode({
  code: "MF971",
  name: "wave-unseen",
  severity: "block",
  message:
    "{step} moves more clients, and nobody has seen by then that {clients} get through, whom {earlier} has moved.",
  why: "The first to be moved are few, so that what nobody has thought of meets few.",
  todo: "Do not apply this plan: it has to try the requests of one wave before it moves the next.",
});

export const laterClients = defineCode({
  code: "MF972",
  name: "later-clients",
  severity: "block",
  message:
    "{step} ends federation for {hosts}, which namespaces of {mesh} that come to have clients later do not find any more.",
  why: "Every namespace of a mesh sees what federation imports, also one that is made tomorrow.",
  todo: 'Do not apply this plan: the entries have to be shown to every namespace before, or exportTo has to be "keep".',
});

export const notWatched = defineCode({
  code: "MF973",
  name: "namespace-not-watched",
  severity: "block",
  message: "{step} writes into namespace {namespace} of {cluster}, which no control plane there watches yet.",
  why: "What lies there counts from the moment that the namespace becomes a member, all at once and in no order.",
  todo: "Do not apply this plan: the namespace has to be a member before.",
});

export const peersUnproven = defineCode({
  code: "MF974",
  name: "peers-unproven",
  severity: "block",
  message:
    "{step}: nobody has seen since {earlier} that freshly started clients get through without {peers}, once {istiods} had been started anew.",
  why: "Running proxies and istiods keep in memory what they trusted because of a peer. With the rest of federation gone too, the peers cannot be put back.",
  todo: "Do not apply this plan: it has to start the istiods anew, and try requests of fresh clients, before it goes on.",
});

export const fewerAnswer = defineCode({
  code: "MF975",
  name: "fewer-answer",
  severity: "block",
  message: "After {step}: {pairs}: answered from {left} only, and not from {lost} any more.",
  why: "Several meshes export the host, so that it goes on while one of them is down.",
  todo: "Do not apply this plan: every endpoint of a host has to be there before its entry is.",
});
