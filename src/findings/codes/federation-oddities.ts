// Codes of what federation does otherwise than it seems to: MF118 to MF139.
import { defineCode } from "./define-code.ts";

const plan = "The plan follows what federation really does.";

export const generatedNamesCollide = defineCode({
  code: "MF118",
  name: "generated-names-collide",
  severity: "warn",
  message: "{set}: federation names its routes for {hosts} alike ({name}), and sends requests for all of them to one.",
  why: "The name is put together with dashes only, so that a-b in c and a in b-c meet; the later route replaces the earlier one. After the migration each host has a way of its own: clients that get the wrong service's answers today get the right one's then.",
  todo: "See that nobody relies on today's answers. Renaming a service or namespace parts them now.",
});

export const suffixCountsAsLocal = defineCode({
  code: "MF119",
  name: "suffix-counts-as-local",
  severity: "info",
  message:
    "{set} imports {hosts} as local hosts, although no rule says importAsLocal: they end in {suffix}, and live in the namespaces of their aliases.",
  why: `Federation compares texts: whatever ends in the cluster's own suffix is local. ${plan}`,
  todo: "Nothing, if the hosts are meant. DestinationRules and Sidecars look for them in the alias namespace, not in the control plane's.",
});

export const localityDropped = defineCode({
  code: "MF120",
  name: "locality-dropped",
  severity: "warn",
  message: "{set} has a locality that federation drops as a whole: {given}.",
  why: `A zone needs a region, and a subzone both; an invalid combination counts as none, so endpoints have no locality. ${plan}`,
  todo: "Complete the locality, or remove it, before planning.",
});

export const exportsNotImported = defineCode({
  code: "MF121",
  name: "exports-not-imported",
  severity: "info",
  message: "{importer} takes {count} of those offered over {link} by no import rule: {hosts}.",
  why: "What nobody imports needs no new way, and goes with federation.",
  todo: "Nothing. Add an import rule before planning if one of them is meant to be used.",
});

export const setWithoutPeer = defineCode({
  code: "MF122",
  name: "set-without-peer",
  severity: "warn",
  message: "{set} belongs to no peer: namespace {namespace} has no ServiceMeshPeer {name}, so the set does nothing.",
  why: "A set belongs to the peer of its own name in its own namespace; any other is never looked at.",
  todo: "Remove it, or give it the name and namespace of the peer that it was meant for, and plan again.",
});
