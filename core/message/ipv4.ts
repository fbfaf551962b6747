const ZERO = 0x30;
const DOT = 0x2e;

/** The address as a number, or -1: four decimal octets without leading zeros. */
export function readIPv4(text: string): number {
  let value = 0;
  let octet = 0;
  let digits = 0;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : DOT;
    if (code === DOT) {
      if (digits === 0) return -1;
      value = value * 256 + octet;
      octet = digits = 0;
      octets++;
    } else {
      const digit = code - ZERO;
      if (digit < 0 || digit > 9 || (digits > 0 && octet === 0)) return -1;
      octet = octet * 10 + digit;
      digits++;
      if (octet > 255) return -1;
    }
  }
  return octets === 4 ? value : -1;
}
