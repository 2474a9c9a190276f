// Codes of what was seen where a condition does not hold, of a run that waits as of `verify`. MF850 to MF899.
import { defineCode } from "./define-code.ts";

export const objectMissing = defineCode({
  code: "MF850",
  name: "object-missing",
  severity: "block",
  message: "{object} is not there.",
  why: "What comes next rests on it.",
  todo: "See who deletes it, or why it is not made: kubectl get events in its namespace.",
});

export const objectRemains = defineCode({
  code: "MF851",
  name: "object-remains",
  severity: "block",
  message: "{object} is still there{state}.",
  why: "What comes next must not happen before it is gone.",
  todo: "If a finalizer holds it, the controller that set it has to do its part; if somebody makes it again, stop that first.",
});

export const notRolledOut = defineCode({
  code: "MF852",
  name: "not-rolled-out",
  severity: "block",
  message: "{workload} is not rolled out: {state}.",
  why: "Until every pod is of the present template and available, some still run with what was before.",
  todo: "Look at its pods: kubectl describe shows what they wait for.",
});

export const rolloutFailed = defineCode({
  code: "MF853",
  name: "rollout-failed",
  severity: "block",
  message: "{workload} does not roll out: {state}.",
  why: "The cluster has given up waiting for its pods.",
  todo: "Look at its pods (kubectl describe), mend what keeps them from starting, and go on.",
});

export const fieldDiffers = defineCode({
  code: "MF854",
  name: "field-differs",
  severity: "block",
  message: "{object}: {field} is {actual}, not {wanted}.",
  why: "A controller fills the field when it has done its part.",
  todo: "See whether the controller runs, and what it says about this object.",
});

export const statusDiffers = defineCode({
  code: "MF855",
  name: "condition-not-reported",
  severity: "block",
  message: "{object} reports {type}={actual}, not {wanted}{reason}.",
  why: "Its controller has not brought about what the object asks for.",
  todo: "Do what the reason says; the controller's log has the rest.",
});

export const meshConfigLacks = defineCode({
  code: "MF856",
  name: "mesh-config-lacks",
  severity: "block",
  message: "The mesh configuration in {object} does not hold {missing} in {field}.",
  why: "istiod goes by the rendered configuration, not by the control plane's object: another field may override what was set.",
  todo: "See whether the operator has reconciled the control plane, and which of its fields wins.",
});

export const peerNotSynced = defineCode({
  code: "MF857",
  name: "peer-not-synced",
  severity: "block",
  message: "{peer} is not synced: {state}.",
  why: "An istiod without a full sync since it started has none of the other mesh's services; proxies that connect to it lose them.",
  todo: "Wait for the next resync (a minute). If the status does not move at all, istiod may be blocked: see whether the other end is there and reachable, and restart istiod if it is.",
});

export const rootsMissing = defineCode({
  code: "MF858",
  name: "proxy-lacks-roots",
  severity: "block",
  message: "Proxies of {workload} do not trust all {count} roots yet: {pods}.",
  why: "They would refuse servers of the other mesh, and clients from there.",
  todo: "Restart the workload, or wait until its certificates are renewed.",
});

export const networkDiffers = defineCode({
  code: "MF859",
  name: "proxy-network-differs",
  severity: "block",
  message: "Proxies of {workload} are in network {actual}, not {wanted}: {pods}.",
  why: "A proxy without the mesh's network gets no endpoint for entries that lead through another network's gateway.",
  todo: "Restart the workload, so that it is injected anew.",
});

export const notExposed = defineCode({
  code: "MF860",
  name: "gateway-does-not-expose",
  severity: "block",
  message: "{gateway} does not pass on {count} of {of} names: {problem} ({names}).",
  why: "Connections with these names are reset at the gateway.",
  todo: "Right after the listener this is a matter of seconds; Istio 1.20 waits with clusters for the next change of a service. If it stays, see whether the exporter's entry exists and its pods are ready.",
});

export const exposesMore = defineCode({
  code: "MF861",
  name: "gateway-exposes-more",
  severity: "block",
  message: "{gateway} passes on more than what is imported: {names}.",
  why: "Whoever reaches the gateway and is trusted gets in there too.",
  todo: "Find the Gateway objects whose selector matches its pods, and take away what does not belong there.",
});

export const gatewayRejects = defineCode({
  code: "MF862",
  name: "gateway-rejects-configuration",
  severity: "block",
  message: "Envoy of {gateway} rejects {resource}: {reason}.",
  why: "It goes on with what it had before, and new pods have nothing at all.",
  todo: "The reason names what is wrong: often two services with one host that the gateway sees.",
});

export const endpointsDiffer = defineCode({
  code: "MF863",
  name: "endpoints-differ",
  severity: "block",
  message: "{client} does not hold the endpoints that it should for {host}:{port}: {state}.",
  why: "Its requests go where these endpoints lead.",
  todo: "See the ServiceEntry's exportTo, the client's Sidecar and its proxy's network; pilot-agent request GET clusters in the client's istio-proxy shows what it holds.",
});

export const namesDiffer = defineCode({
  code: "MF864",
  name: "accepted-names-differ",
  severity: "block",
  message: "{client} accepts {actual} as {host}:{port}, where {wanted} would be right.",
  why: "A name too few refuses a server; one too many, or none at all, accepts a server that is not it.",
  todo: "See the entry's subjectAltNames, and DestinationRules that name others; plan again if the service runs under another account by now.",
});

export const requestsFail = defineCode({
  code: "MF865",
  name: "requests-fail",
  severity: "block",
  message: "{client} to {host}:{port}: {good} of {of} requests were answered. {said}",
  why: "These were real requests, each over a connection of its own, from the client's pod through its proxy.",
  todo: "The answer says at which proxy it ended; the server's log and its AuthorizationPolicies are next.",
});

export const requestsNotChecked = defineCode({
  code: "MF866",
  name: "requests-not-checked",
  severity: "block",
  message: "{client} to {host}:{port} was not checked: {reason}.",
  why: "Not checked is not the same as fine.",
  todo: "Give the client's container wget, Python or bash, or name an image that has one of them and that the cluster can pull: --probe-image.",
});

export const egressClosed = defineCode({
  code: "MF867",
  name: "gateway-out-of-reach",
  severity: "block",
  message: "{client} cannot open a connection to {address}:{port}, the gateway of {mesh}: {reason}.",
  why: "Until now only the egress gateway had to get out. From now on every client's own pod dials the other mesh's gateway.",
  todo: "Open NetworkPolicies, EgressFirewall and firewalls for this namespace: the plan's firewall page lists them all.",
});

export const notDrained = defineCode({
  code: "MF868",
  name: "gateway-not-drained",
  severity: "block",
  message: "{workload} still carries {active}; idle for {idle} of {wanted}.",
  why: "What is under way when a gateway goes has five seconds to end.",
  todo: "Wait, or end the long connections. The limit is --drain-timeout.",
});

export const slotEmpty = defineCode({
  code: "MF869",
  name: "value-not-there-yet",
  severity: "block",
  message: "{what} is not known yet.",
  why: "Objects of later steps hold this value.",
  todo: "See whether the cluster gives addresses to Services of this type: kubectl describe shows what its load balancer says.",
});

export const notSeen = defineCode({
  code: "MF870",
  name: "could-not-look",
  severity: "block",
  message: "{what} could not be looked at: {reason}.",
  why: "Not seen is not the same as fine.",
  todo: "See that the cluster answers, and that you may: reading proxies takes the verb create on pods/exec.",
});

export const noProxies = defineCode({
  code: "MF871",
  name: "no-running-proxy",
  severity: "block",
  message: "{workload} has no running pod with a proxy, and asks for {wanted}.",
  why: "There is nobody to ask what its proxies hold.",
  todo: "See why its pods do not run, or are not injected.",
});

export const wrongAnswerer = defineCode({
  code: "MF872",
  name: "wrong-server-behind-gateway",
  severity: "block",
  message: "{gateway}: behind {sni} is {actual}, not {wanted}.",
  why: "A handshake with the name that clients will use was made at the gateway: this is whom they would meet.",
  todo: "See the exporter's entry for the host and the labels that it selects. A reset right after a change is a matter of seconds.",
});

export const notOfThePlan = defineCode({
  code: "MF873",
  name: "condition-names-unknown",
  severity: "block",
  message: "A condition names {what}, which the plan does not have.",
  why: "The plan's file was changed, or made by another version.",
  todo: "Plan again.",
});

export const notImported = defineCode({
  code: "MF874",
  name: "not-imported",
  severity: "block",
  message: "{set} does not import {hosts} (again) yet.",
  why: "Clients would have no path: the new one must not be taken away before federation has brought the hosts back.",
  todo: "It takes a second after the export is back, a resync (a minute) where the import set was gone too. If it stays, see that the peers are connected and synced, and that the other mesh exports these services; then run undo again.",
});
