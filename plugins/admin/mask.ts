import { types } from 'node:util';

const masked = '***';
const maxDepth = 12;

const secretName =
  /secret|passw|passphrase|credential|authorization|api-?key|private-?key|(^|[-_])(token|key|pwd)$|^x-.*auth$|(auth|access|bearer|session|csrf)-?token|(Token|Key)$|^(set-)?cookie$|^users$/;

/** Whether a member of that name is not to be shown. Names of header fields are among them. */
function isSecretName(name: string): boolean {
  return secretName.test(name) || secretName.test(name.toLowerCase());
}

/** Takes out credentials as Authorization and URLs have them, hashes of passwords, and keys in PEM. */
function maskText(text: string): string {
  return text
    .replace(/^(basic|bearer|digest|negotiate|token|apikey) +\S+$/i, `$1 ${masked}`)
    .replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^\s/?#]*@/gi, `$1${masked}@`)
    .replaceAll(/([?&][^=&#\s]*(?:token|secret|passw|key|signature)[^=&#\s]*=)[^&#\s]*/gi, `$1${masked}`)
    .replaceAll(/-----BEGIN [A-Z ]*PRIVATE KEY-----[^]*?(-----END [A-Z ]*-----|$)/g, masked)
    .replaceAll(/\$(scrypt|argon2[a-z]*|2[aby]|pbkdf2[a-z0-9-]*)\$\S+/g, masked);
}

function showText(text: string, isSecret: boolean): string {
  return isSecret ? masked : maskText(text);
}

function showEntries(
  entries: Iterable<readonly [unknown, unknown]>,
  isSecret: boolean,
  above: readonly object[],
): object {
  const shown = [...entries].map(([name, value]) => {
    const key = String(name);
    return [maskText(key), show(value, isSecret || isSecretName(key), above)] as const;
  });
  return Object.fromEntries(shown);
}

function showObject(value: object, isSecret: boolean, above: readonly object[]): unknown {
  if (above.includes(value)) return '[circular]';
  if (above.length >= maxDepth) return '[deeper]';
  const inside = [...above, value];
  if (value instanceof RegExp || value instanceof URL) return showText(String(value), isSecret);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (value instanceof Error) return showText(value.message, isSecret);
  if (ArrayBuffer.isView(value)) return `[${value.byteLength} bytes]`;
  if (Array.isArray(value) || value instanceof Set)
    return [...(value as Iterable<unknown>)].map((each) => show(each, isSecret, inside));
  if (value instanceof Map) return showEntries(value, isSecret, inside);
  if (types.isProxy(value)) return '[proxy]';
  return showEntries(Object.entries(value), isSecret, inside);
}

/** Infinity and NaN would become null. */
function isBroken(value: unknown): boolean {
  return typeof value === 'number' && !Number.isFinite(value);
}

/**
 * A value of a configuration as JSON can hold it: secrets masked by the names of their members and by their form, what
 * JSON does not know as readable text.
 */
export function show(value: unknown, isSecret = false, above: readonly object[] = []): unknown {
  if (typeof value === 'string') return showText(value, isSecret);
  if (typeof value === 'object' && value !== null) return showObject(value, isSecret, above);
  if (typeof value === 'function') return value.name === '' ? '[function]' : `[function ${value.name}]`;
  const isKnownToJson = typeof value !== 'bigint' && typeof value !== 'symbol' && !isBroken(value);
  return isKnownToJson ? value : String(value);
}
