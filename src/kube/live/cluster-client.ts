// What the rest of the product may ask of one live cluster. Everything that touches an API server goes through it, so that it
// can be counted, refused, or answered by something else.
import type { Duplex } from "node:stream";
import type { ClusterId } from "../../core/ids.ts";
import type { JsonObject } from "../../core/json.ts";
import type { KubeObject, ObjectRef } from "../../core/object-ref.ts";

/** The field manager under which everything of ours is written (spec: server-side apply with an own field manager). */
export const fieldManager = "meshferry";

/** A kind as the server serves it. */
export interface ServedKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly namespaced: boolean;
  /** "get", "list", "patch" …: what the server offers for it, not what this user may do. */
  readonly verbs: readonly string[];
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labels?: string;
  readonly fields?: string;
  /** Metadata alone: the only way in which Secrets are ever read. */
  readonly metadataOnly?: boolean;
}

export interface Listed {
  readonly objects: readonly KubeObject[];
  /** From here on a watch goes on. */
  readonly resourceVersion: string;
}

export interface WriteOptions {
  /** The server checks everything (admission too) and changes nothing. */
  readonly dryRun?: boolean;
  readonly signal?: AbortSignal;
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields over that others manage; never unless the user asked for it. */
  readonly force?: boolean;
}

/** A deletion happens to this very object in this very state, or not at all. */
export interface Preconditions {
  readonly uid?: string;
  readonly resourceVersion?: string;
}

export type ChangeEvent =
  | { readonly type: "added" | "modified" | "deleted"; readonly object: KubeObject }
  /** Everything known is void: it is listed anew, and comes as "added" again. */
  | { readonly type: "restarted" };

export interface ExecResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Every method throws an ApiFailure (api-failure.ts) for what the server or the way to it refused. */
export interface ClusterClient {
  readonly id: ClusterId;
  /** Context and server, for messages: "context east (https://api.east:6443)". */
  readonly at: string;

  /** The preferred served version of a kind; null: not installed. Asked once and kept. */
  served(of: { readonly group: string; readonly kind: string }): Promise<ServedKind | null>;
  /** All pages. A kind that is not installed is an ApiFailure of reason "not-installed". */
  list(of: { readonly group: string; readonly kind: string }, options?: ListOptions): Promise<Listed>;
  get(ref: ObjectRef): Promise<KubeObject | null>;
  /** Name, uid, resourceVersion, labels, annotations: of a Secret nothing else ever comes over the wire. */
  getMetadata(ref: ObjectRef): Promise<KubeObject | null>;

  /** Server-side apply under our field manager. The body carries apiVersion, kind and metadata. Returns the object as it is now. */
  apply(ref: ObjectRef, body: JsonObject, options?: ApplyOptions): Promise<KubeObject>;
  /** RFC 6902. Of Secrets the answer holds metadata only. */
  patch(ref: ObjectRef, ops: readonly JsonObject[], options?: WriteOptions): Promise<KubeObject>;
  /** RFC 7386, for annotations and subresources ("status", "scale"). */
  mergePatch(
    ref: ObjectRef,
    patch: JsonObject,
    options?: WriteOptions & { readonly subresource?: string },
  ): Promise<KubeObject>;
  create(ref: ObjectRef, body: JsonObject, options?: WriteOptions): Promise<KubeObject>;
  /** Replaces the object; `body` carries the resourceVersion that it replaces. */
  replace(ref: ObjectRef, body: JsonObject, options?: WriteOptions): Promise<KubeObject>;
  /** False: there was none. */
  delete(ref: ObjectRef, preconditions?: Preconditions, options?: WriteOptions): Promise<boolean>;

  /** First what is there, then every change, over ended watches, 410 and restarts of the server, until the signal ends it. */
  watch(
    of: { readonly group: string; readonly kind: string },
    options: ListOptions,
    signal: AbortSignal,
  ): AsyncIterable<ChangeEvent>;

  /** Runs a program in a container of a pod (WebSocket, v5.channel.k8s.io falling back to v4). */
  exec(
    pod: ObjectRef,
    container: string,
    command: readonly string[],
    options?: { readonly stdin?: string; readonly timeoutMs?: number; readonly signal?: AbortSignal },
  ): Promise<ExecResult>;
  /** A byte stream to a port of a pod. */
  portForward(pod: ObjectRef, port: number): Promise<Duplex>;

  /** Whether this user may (SelfSubjectAccessReview). */
  may(
    verb: string,
    resource: string,
    group: string,
    where: { readonly namespace?: string; readonly name?: string; readonly subresource?: string },
  ): Promise<boolean>;

  close(): Promise<void>;
}

/** Where a cluster is found: a context of the kubeconfig files given (default: as kubectl finds them). */
export interface ClusterAddress {
  readonly id: ClusterId;
  readonly context: string | null;
  /** In the order in which they are merged; empty: $KUBECONFIG, then ~/.kube/config. */
  readonly kubeconfigs: readonly string[];
}
