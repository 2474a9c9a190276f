// What `certs create` has made, as data: names, dates and places, and nothing of any key. Knows no output format.
import type { CertificateFacts } from "../../core/certificates.ts";

export interface MadeCertificate {
  /** The mesh; null for a root that all share. */
  readonly mesh: string | null;
  /** "given root": it was there already, and nothing of it was written anew. */
  readonly role: "root" | "given root" | "intermediate";
  readonly facts: CertificateFacts;
}

export interface CertsMadeView {
  /** The folder as the user named it. */
  readonly folder: string;
  readonly meshes: readonly string[];
  readonly certificates: readonly MadeCertificate[];
  /** Paths below the folder. */
  readonly files: readonly string[];
  /** Those that hold private keys. */
  readonly withKeys: readonly string[];
  readonly manifests: boolean;
  readonly namespace: string;
}
