// Which of the files and Secrets that were read are the parts of one CA: those of a folder under Istio's names, and those of a
// Secret cacerts. Each is checked, and ConfigMaps with roots are compared with all of them.
import { posix } from "node:path";
import { sortedBy } from "../core/order.ts";
import { type AuthorityFile, type AuthorityTexts, checkAuthority, type CheckedAuthority } from "./check-authority.ts";
import { compareRoots, type ComparedRoots, type NamedAuthority, type RootsText } from "./compare-roots.ts";
import type { SecretCertificates } from "./secret-certificates.ts";

/** A CA, and the folder or Secret in which its parts were found. */
export interface FoundAuthority extends CheckedAuthority {
  readonly place: string;
}

export interface AuthoritySources {
  /** Texts of PEM files by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly secrets: readonly (SecretCertificates & { readonly file: string })[];
  readonly configMaps: readonly RootsText[];
}

export interface FoundAuthorities {
  readonly authorities: readonly FoundAuthority[];
  readonly configMaps: readonly ComparedRoots[];
}

const none: AuthorityTexts = {
  "root-cert.pem": null,
  "ca-cert.pem": null,
  "cert-chain.pem": null,
  "ca-key.pem": null,
  "root-key.pem": null,
};

export function findAuthorities({ files, secrets, configMaps }: AuthoritySources): FoundAuthorities {
  const folders = new Map<string, AuthorityTexts>();
  for (const [path, text] of files) {
    const name = posix.basename(path);
    if (!isAuthorityFile(name)) continue;
    const folder = posix.dirname(path);
    folders.set(folder, { ...(folders.get(folder) ?? none), [name]: text });
  }
  // One file alone says nothing of others.
  const whole = [...folders].filter(([, texts]) => Object.values(texts).filter((text) => text !== null).length > 1);
  const named = [
    ...whole.map(([folder, texts]) => namedAuthority(folder, folder, texts)),
    ...secrets.map(({ file, name, texts }) => namedAuthority(`${file}: ${name}`, posix.dirname(file), texts)),
  ];
  const sorted = sortedBy(named, ({ place }) => place);
  return {
    authorities: sorted.map(({ place, roots, intermediate, chain, checks }) => ({
      place,
      roots,
      intermediate,
      chain,
      checks,
    })),
    configMaps: configMaps.flatMap((roots) => compareRoots(roots, sorted) ?? []),
  };
}

function isAuthorityFile(name: string): name is AuthorityFile {
  return Object.hasOwn(none, name);
}

function namedAuthority(place: string, folder: string, texts: AuthorityTexts): NamedAuthority {
  const name = posix.basename(folder);
  const intermediatePem = texts["ca-cert.pem"];
  return { ...checkAuthority(texts), place, folder: name === "." || name === ".." ? "" : name, intermediatePem };
}
