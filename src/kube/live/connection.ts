// What it takes to speak with one API server: where it is, whom to trust, and who asks.
import type { ClusterId } from "../../core/ids.ts";

export interface ClientCertificate {
  /** PEM texts. */
  readonly certificate: string;
  readonly key: string;
}

/** Who asks: sent with every request, never shown. */
export interface Credentials {
  /** Authorization, and Impersonate-… where the kubeconfig says so. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly certificate: ClientCertificate | null;
}

export interface Connection {
  readonly id: ClusterId;
  /** "context east (https://api.east:6443)", for messages. */
  readonly at: string;
  /** May have a path of its own, below which the API is. */
  readonly server: string;
  /** PEM; null: the authorities that Node trusts. */
  readonly authority: string | null;
  /** The name that the server's certificate has to have; null: that of the URL. */
  readonly serverName: string | null;
  /** Whether any certificate will do (insecure-skip-tls-verify). */
  readonly insecure: boolean;
  /** URL of an HTTP proxy that is asked to CONNECT; null: none. */
  readonly proxy: string | null;
  /** `refused`: those that the server did not take; null then: there are no others. */
  credentials(refused?: Credentials): Promise<Credentials | null>;
}

/** Where a user entry stands, and which server it is for. */
export interface UserPlace {
  /** "user NAME in FILE", for messages. */
  readonly where: string;
  readonly server: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What a plugin that asks for it is told of the cluster. */
  readonly cluster: {
    readonly authority: string | null;
    readonly serverName: string | null;
    readonly insecure: boolean;
  };
}
