// As much of DER as it takes to find the fields of a certificate that Node does not hand out: what signed it with which digest,
// what its key may be used for, and how many CAs may come below it (RFC 5280, 4.1, 4.2.1.3 and 4.2.1.9). Takes bytes that OpenSSL has accepted; never throws.

interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
}

/** The elements that stand one after the other in `bytes`; those before what cannot be read. */
function elements(bytes: Uint8Array): Element[] {
  const found: Element[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const tag = bytes[at] ?? 0;
    let length = bytes[at + 1] ?? 0;
    let start = at + 2;
    if (length >= 0x80) {
      const more = length & 0x7f;
      if (more === 0 || more > 4 || start + more > bytes.length) break;
      length = bytes.subarray(start, start + more).reduce((sum, byte) => sum * 256 + byte, 0);
      start += more;
    }
    if (start + length > bytes.length) break;
    found.push({ tag, content: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

const inside = (element: Element | undefined): Element[] => (element ? elements(element.content) : []);
const hex = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString("hex");

/** Object identifiers, as the bytes of their content (RFC 3279, 4055, 5758, 8410). */
const digests: Readonly<Record<string, string>> = {
  "2a864886f70d010104": "MD5",
  "2a864886f70d010105": "SHA-1",
  "2a864886f70d01010b": "SHA-256",
  "2a864886f70d01010c": "SHA-384",
  "2a864886f70d01010d": "SHA-512",
  "2a8648ce3d0401": "SHA-1",
  "2a8648ce3d040302": "SHA-256",
  "2a8648ce3d040303": "SHA-384",
  "2a8648ce3d040304": "SHA-512",
  "2b6570": "none",
  "2b6571": "none",
};

/** The digest of the certificate's signature; "unknown" for schemes that are not listed, RSASSA-PSS among them. */
export function signatureDigest(certificate: Uint8Array): string {
  const [, algorithm] = inside(elements(certificate)[0]);
  return digests[hex(inside(algorithm)[0]?.content)] ?? "unknown";
}

const extensionsTag = 0xa3;

function extensionOf(certificate: Uint8Array, id: string): Element | undefined {
  const [tbs] = inside(elements(certificate)[0]);
  const wrapper = inside(tbs).find(({ tag }) => tag === extensionsTag);
  return inside(inside(wrapper)[0]).find((each) => hex(inside(each)[0]?.content) === id);
}

const keyUsageId = "551d0f";
const bitStringOffset = 1;
/** RFC 5280, 4.2.1.3, by bit. */
const usages = [
  "digital signature",
  "non-repudiation",
  "key encipherment",
  "data encipherment",
  "key agreement",
  "certificate signing",
  "CRL signing",
  "encipher only",
  "decipher only",
] as const;

/** What the key may be used for, in the order of the bits; null: the certificate does not say. */
export function keyUsageOf(certificate: Uint8Array): readonly string[] | null {
  const extension = extensionOf(certificate, keyUsageId);
  if (!extension) return null;
  // The value is a BIT STRING in an OCTET STRING; its first byte counts the bits that are not used.
  const bits = inside(inside(extension).at(-1))[0]?.content ?? new Uint8Array();
  return usages.filter((_, bit) => {
    const byte = bits[bitStringOffset + Math.floor(bit / 8)] ?? 0;
    return (byte & (0x80 >> (bit % 8))) !== 0;
  });
}

const basicConstraintsId = "551d13";
const integerTag = 0x02;

/** How many further CAs may stand between this one and a workload (RFC 5280, 4.2.1.9); null: the certificate does not say. */
export function pathLengthOf(certificate: Uint8Array): number | null {
  const constraints = elements(
    inside(extensionOf(certificate, basicConstraintsId)).at(-1)?.content ?? new Uint8Array(),
  );
  const length = inside(constraints[0]).find(({ tag }) => tag === integerTag);
  return length ? length.content.reduce((sum, byte) => sum * 256 + byte, 0) : null;
}
