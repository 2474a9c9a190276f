// Where the model is known to differ from real meshes, by the change that shows it, and why it is left so. A run that finds another
// difference fails, and so does one in which a gap has closed.

export const knownGaps: Readonly<Record<string, string>> = {
  "another host at the gateway has two entries":
    "Envoy refuses the whole listener then (docs/facts.md, export.hosts-are-unique): what it let through before goes on, what is new does not open. The model has no memory of what a gateway took last, and says of the host alone that it is there twice.",
};
