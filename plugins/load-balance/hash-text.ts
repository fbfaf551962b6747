const offsetBasis = 0x811c9dc5;
const prime = 0x01000193;

/** Spreads the bits of a 32-bit number over all of it: the finalizer of MurmurHash3. */
export function mix(number: number): number {
  let hash = number;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A number from 0 to 2^32 - 1 that belongs to the text: FNV-1a over its characters, mixed. Not against attackers. */
export function hashText(text: string, seed = 0): number {
  let hash = offsetBasis ^ seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), prime);
  return mix(hash);
}
