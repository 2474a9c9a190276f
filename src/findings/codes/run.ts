// Codes of a run against live clusters: why a step, or the whole run, stopped. MF900 to MF949.
import { defineCode } from "./define-code.ts";

export const objectNotOurs = defineCode({
  code: "MF900",
  name: "object-not-ours",
  severity: "block",
  message: "{object} exists, and meshferry has not made it.",
  why: "The plan makes an object of this name. What somebody else has made is never overwritten.",
  todo: "Find out who made it and what for. Rename or delete it, then run apply again; or plan again with other names.",
});

export const fieldsOfOthers = defineCode({
  code: "MF901",
  name: "fields-of-others",
  severity: "block",
  message: "{object}: {manager} has set {fields} to something else.",
  why: "The API server keeps who has set which field (server-side apply). meshferry takes no field away from anybody.",
  todo: "Agree with {manager} on the value, or let it give up these fields; then run apply again.",
});

export const changedSincePlan = defineCode({
  code: "MF902",
  name: "changed-since-plan",
  severity: "block",
  message: "{object}: {parts} changed since the plan was made; last written by {manager}.",
  why: "The step was planned for the object as it was. Going on could take back what somebody has done meanwhile.",
  todo: "Look at the change. Plan again from what is there now, or take the change back; then run apply again.",
});

export const keptInGit = defineCode({
  code: "MF903",
  name: "kept-in-git",
  severity: "block",
  message: "{object} is kept by {owner} as its source says.",
  why: "The owner would put back what the step changes, or create again what it deletes, perhaps after the step was seen to be done.",
  todo: "Make the change in the owner's source, or pause the owner for this object. Where you know that the owner leaves it alone: --allow-gitops-owned.",
});

export const guardFailed = defineCode({
  code: "MF904",
  name: "guard-failed",
  severity: "block",
  message: "{object}: {fields} is not what the patch replaces; last written by {manager}.",
  why: "A patch says what must be there before, so that nobody's change is lost.",
  todo: "Look at the field. Plan again from what is there now, or take the change back; then run apply again.",
});

export const objectGone = defineCode({
  code: "MF905",
  name: "object-gone",
  severity: "block",
  message: "{object} is not there any more.",
  why: "The step changes it as it was when the plan was made.",
  todo: "Find out who has deleted it. Plan again from what is there now.",
});

export const writeRefused = defineCode({
  code: "MF906",
  name: "write-refused",
  severity: "block",
  message: "{cluster} refused to {does} {object}: {reply}",
  why: "The API server, or an admission webhook that it asks, does not take the object. Asking again changes nothing.",
  todo: "Read the reply: it names the rule or the webhook. Mend that, then run apply again.",
});

export const writeForbidden = defineCode({
  code: "MF907",
  name: "write-forbidden",
  severity: "block",
  message: "This user may not {does} {object}.",
  why: "The cluster's roles do not allow it.",
  todo: "Have the roles granted (meshferry rbac prints the least ones), then run apply again.",
});

export const notAnswering = defineCode({
  code: "MF908",
  name: "not-answering",
  severity: "block",
  message: "{cluster} did not do what it was asked until the step's time was up ({request}): {reply}",
  why: "Refusals that may pass (no connection, 429, 5xx) are tried again until then, after a look at what is there.",
  todo: "See that the cluster can be reached and is well, then run apply again: it goes on where it stopped.",
});

export const leaseHeld = defineCode({
  code: "MF909",
  name: "lease-held",
  severity: "block",
  message: "{cluster}: another run is at work: {holder} holds Lease {lease}, and renews it.",
  why: "Two runs at once would undo each other's steps.",
  todo: "Wait until it has ended, or stop it. If it cannot be running any more: --take-over.",
});

export const leaseLost = defineCode({
  code: "MF910",
  name: "lease-lost",
  severity: "block",
  message: "{cluster}: Lease {lease} is not this run's any more ({why}).",
  why: "Another run may have begun, so nothing more is written.",
  todo: "See which run is at work (meshferry status), then run apply again.",
});

export const journalUnwritable = defineCode({
  code: "MF911",
  name: "journal-unwritable",
  severity: "block",
  message: "The journal {file} cannot be written: {why}.",
  why: "What is about to be done is noted first, so that a run can be resumed and undone. What cannot be noted is not done.",
  todo: "Make room, or make the folder writable, then run the command again: it goes on where it stopped.",
});

export const basisChanged = defineCode({
  code: "MF912",
  name: "basis-changed",
  severity: "block",
  message: "{object}: {facts} is not what the plan was made from.",
  why: "Steps of the plan follow from these facts (docs/plan-hash.md), so they may be wrong by now.",
  todo: "Plan again from what is there now, into another folder; what is done already is not planned again.",
});

export const stillThere = defineCode({
  code: "MF913",
  name: "held-by-finalizer",
  severity: "block",
  message: "{object} has been deleted and does not go: its finalizers {finalizers} hold it.",
  why: "A controller has to do something first, and has not, or is not running.",
  todo: "See to the controller that the finalizer names, then run apply again.",
});

export const notConfirmed = defineCode({
  code: "MF914",
  name: "not-confirmed",
  severity: "block",
  message: "Not confirmed: {title}",
  why: "The step takes away what undo alone does not bring back, so it is asked for.",
  todo: "Run apply again and answer yes, or with --yes; --until stops before this phase.",
});

export const partedDelete = defineCode({
  code: "MF915",
  name: "delete-torn-apart",
  severity: "block",
  message: "{gone} of {all} objects were deleted within {seconds} s, not {left}.",
  why: "They must go together: a peer whose other end is gone blocks its istiod until it goes too.",
  todo: "Run apply again at once: it deletes the rest. If istiod stands still meanwhile, restart it.",
});

export const changedMeanwhile = defineCode({
  code: "MF916",
  name: "changed-meanwhile",
  severity: "block",
  message: "{object} is not as the run left it: {fields}; last written by {manager}.",
  why: "Undo puts back what was before, and would take somebody else's change with it.",
  todo: "Look at the change. Take it back, or put the object right by hand; then run undo again.",
});

export const noImage = defineCode({
  code: "MF917",
  name: "image-missing",
  severity: "block",
  message: "What {object} was before is not in the journal.",
  why: "Undo puts back the kept image, and the file is gone or damaged.",
  todo: "Put the object right by hand, from a backup or from the undo files in the plan folder; then run undo again.",
});

export const notUndoable = defineCode({
  code: "MF918",
  name: "not-undoable",
  severity: "block",
  message: "Not undone: {title}. {reason}",
  why: "Nothing that meshferry could write brings back what was before this step.",
  todo: "Go forward, or restore by hand.",
});

export const waitedInVain = defineCode({
  code: "MF919",
  name: "waited-in-vain",
  severity: "block",
  message: "After {limit} there was still: {seen}",
  why: "The next step relies on what this one waits for.",
  todo: "See to what is named there, then run apply again: it goes on with this wait.",
});

export const answerUnknown = defineCode({
  code: "MF920",
  name: "kind-not-served",
  severity: "block",
  message: "{cluster} does not serve {kind}, which {object} is.",
  why: "Its CRD is not installed, or in another version.",
  todo: "Install it, then run apply again.",
});

export const credentialsRefused = defineCode({
  code: "MF921",
  name: "credentials-ended",
  severity: "block",
  message: "{cluster} does not take this user's credentials any more ({request}): {reply}",
  why: "A token has ended in the middle of the run, and its file or plugin gave no other that the server takes.",
  todo: "Log in again, then run apply again: it goes on where it stopped.",
});

export const webhookSilent = defineCode({
  code: "MF922",
  name: "webhook-silent",
  severity: "block",
  message:
    "{cluster} could not {does} {object}: the admission webhook {webhook} did not answer until the step's time was up: {reply}",
  why: "Its configuration says that nothing is written without it (failurePolicy Fail).",
  todo: "See to the webhook: its configuration names its Service, whose pods have to run and be reached. Then run apply again: it goes on where it stopped.",
});

export const permissionMissing = defineCode({
  code: "MF923",
  name: "permission-missing",
  severity: "block",
  message: "In {cluster} this user may not {verb} {resource} in {place}.",
  why: "The plan takes it. Nothing was begun, so that no run stops halfway for want of a permission.",
  todo: "Grant the least roles, which `meshferry rbac --plan {folder} -o yaml --for user:NAME` prints; then run the command again.",
});

export const objectsTakenAway = defineCode({
  code: "MF924",
  name: "objects-taken-away",
  severity: "block",
  message: "{objects} is not there any more: an earlier step of the plan made it, and somebody has deleted it since.",
  why: "Requests go by what the plan has made, and no wait brings it back.",
  todo: "Find out who deletes it: the API server's audit log says. Then run apply again: it makes the object anew, and goes on.",
});
