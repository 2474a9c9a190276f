// One cluster as it was read: its objects, and of which kinds anything is known.
import type { CertificateReadings } from "./certificates.ts";
import type { Finding } from "./finding.ts";
import type { ClusterId } from "./ids.ts";
import type { KubeObject } from "./object-ref.ts";

/** An unlisted kind is "not checked", never "fine". Files yield "listed" (seen) or nothing (= not supplied). */
export type Coverage = "listed" | "not-installed" | "forbidden" | "not-supplied";

/** What a source (files, must-gather, a live cluster, a snapshot) hands over. */
export interface ClusterInput {
  readonly id: ClusterId;
  /** In the order of refKey; every identity once. */
  readonly objects: readonly KubeObject[];
  /** By kindKey; a kind that is not named is "not-supplied". */
  readonly coverage: Readonly<Record<string, Coverage>>;
  readonly findings: readonly Finding[];
  /** What is in the certificates of its ConfigMaps; absent: nobody has looked into them. */
  readonly certificates?: CertificateReadings;
  /** RFC 3339: the time that dates are compared with, as given or when the objects were read. It influences findings only; absent: dates are not judged. */
  readonly asOf?: string;
}
