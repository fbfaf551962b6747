/**
 * A serial number of random bytes, in hexadecimal. Its first byte is neither negative nor zero, so that DER has only one
 * way to write it (RFC 5280 4.1.2.2, X.690 8.3.2): OpenSSL reads no other.
 */
export function serialNumberOf(random: Buffer): string {
  const first = (random[0]! & 0x3f) | 0x40;
  return Buffer.from([first, ...random.subarray(1)]).toString('hex');
}
