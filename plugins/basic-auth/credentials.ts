/** What a client says who it is. */
export interface Credentials {
  /** In normalization form C: clients write the same name in several ways (RFC 8265 3.3). */
  readonly user: string;
  readonly password: string;
}

/** More is nobody's name and password, and Unicode's normalization takes time by the square of the length. */
const longestValue = 1_024;
const scheme = /^basic +([A-Za-z0-9+/]+={0,2})$/i; // RFC 9110 11.2: token68 in the alphabet of RFC 4648
const hasControl = /[\u0000-\u001f\u007f]/;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decode(base64: string): string | undefined {
  try {
    return utf8.decode(Buffer.from(base64, 'base64'));
  } catch {
    return undefined;
  }
}

/** Reads a value of Authorization (RFC 7617 2); undefined when it is not of that scheme, malformed or too long. */
export function parseCredentials(value: string): Credentials | undefined {
  if (value.length > longestValue) return undefined;
  const text = decode(scheme.exec(value)?.[1] ?? '');
  const colon = text?.indexOf(':') ?? -1;
  if (text === undefined || colon < 0 || hasControl.test(text)) return undefined;
  return { user: text.slice(0, colon).normalize('NFC'), password: text.slice(colon + 1) };
}
