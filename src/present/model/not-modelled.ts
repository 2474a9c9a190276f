// What the rehearsal does not look at: said with every result, so that nobody takes a model for the network.

/** Clauses; docs/rehearse.md says more of each. */
export const notModelled: readonly string[] = [
  "the network between the clusters: firewalls, routing, load balancers, DNS",
  "time and load: what is lost in the very moment of a change",
  "applications, and requests that go past the sidecar",
  "EnvoyFilter, WasmPlugin, and policies that decide by path, header or token",
  "objects that were not supplied",
];
