// Requests that show that a scaffold works: each sample client to each host that it can dial.
import type { ObjectRef } from "../core/object-ref.ts";
import { scaffoldHosts } from "./hosts.ts";
import { clientsOf } from "./make-scaffold-plan.ts";
import { meshNamed, type Scaffold } from "./scaffold.ts";
import { requestWords } from "./usual.ts";

export interface Trial {
  readonly client: ObjectRef;
  readonly exporter: string;
  /** What the client's container runs. */
  readonly words: readonly string[];
}

/** By importer, client and host. Sample clients are themselves no hosts to try: nothing listens there. */
export function scaffoldTrials(scaffold: Scaffold): Trial[] {
  const dialled = scaffoldHosts(scaffold).dialled.filter(({ kind }) => kind !== "client");
  return dialled.flatMap(({ importer, exporter, host, port, kind }) =>
    clientsOf(meshNamed(scaffold, importer)).map((client) => ({
      client,
      exporter,
      words: requestWords(host, port, kind === "tcp" ? "tcp" : "http"),
    })),
  );
}
