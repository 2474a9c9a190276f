// Addresses of pods in made worlds.
/** An address that no other pod has. */
export function podAddress(namespace: string, pod: string): string {
  const sum = [...`${namespace}/${pod}`].reduce(
    (left, letter) => (left * 31 + (letter.codePointAt(0) ?? 0)) % 2 ** 24,
    7,
  );
  return `10.${sum >> 16}.${(sum >> 8) & 255}.${sum & 255}`;
}
