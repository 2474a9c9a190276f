// What is wrong with a kubeconfig or the credentials that it names, before any server is asked.

export class AddressTrouble extends Error {
  readonly what: string;
  readonly where: string;
  readonly why: string | null;
  readonly todo: string;

  constructor(parts: { readonly what: string; readonly where: string; readonly why?: string; readonly todo: string }) {
    super(`${parts.what}: ${parts.where}${parts.why === undefined ? "" : `: ${parts.why}`}`);
    this.name = "AddressTrouble";
    this.what = parts.what;
    this.where = parts.where;
    this.why = parts.why ?? null;
    this.todo = parts.todo;
  }
}
