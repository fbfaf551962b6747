import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** A password as it is stored. */
export interface PasswordHash {
  /** Binary logarithm of the cost. */
  readonly ln: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const defaults = { ln: 15, r: 8, p: 1 };
const mostBytes = 268_435_456;
const shortestSaltBytes = 8;
const shortestHashBytes = 16;
const longestBytes = 64;

const format = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;

const otherFormats: readonly (readonly [RegExp, string])[] = [
  [/^\$2[abxy]?\$/, 'bcrypt'],
  [/^\$apr1\$|^\$1\$/, 'MD5'],
  [/^\{SSHA|^\{SHA/, 'SHA'],
  [/^\$5\$|^\$6\$/, 'SHA crypt'],
  [/^\$argon2/, 'Argon2'],
  [/^\$y\$|^\$7\$/, 'yescrypt'],
];

const asWanted = 'write it as $scrypt$ln=15,r=8,p=1$salt$hash, which hashPassword makes';

/**
 * Reads `$scrypt$ln=15,r=8,p=1$salt$hash`, salt and hash in base64 without padding.
 * @throws Error that says what it is instead; it does not repeat it.
 */
export function parsePasswordHash(text: string): PasswordHash {
  const match = format.exec(text);
  if (match === null) {
    const other = otherFormats.find(([pattern]) => pattern.test(text))?.[1];
    const found = text.startsWith('$scrypt$') ? 'a malformed scrypt hash' : (other ?? 'no scrypt hash');
    throw new Error(`the password is ${found}: ${asWanted}`);
  }
  const [ln, r, p] = match.slice(1, 4).map(Number) as [number, number, number];
  const [salt, hash] = match.slice(4).map((part) => Buffer.from(part, 'base64')) as [Buffer, Buffer];
  const isInRange = ln >= 10 && ln <= 20 && r >= 1 && p >= 1 && p <= 16 && 128 * 2 ** ln * r <= mostBytes;
  if (!isInRange)
    throw new Error('the scrypt hash must have ln from 10 to 20, p up to 16, and take up to 256 MB');
  const isLong = salt.length >= shortestSaltBytes && hash.length >= shortestHashBytes;
  if (!isLong || salt.length > longestBytes || hash.length > longestBytes) {
    throw new Error('the scrypt hash must have a salt of 8 to 64 bytes and a hash of 16 to 64');
  }
  return { ln, r, p, salt, hash };
}

function derive(password: string, { ln, r, p, salt, hash }: PasswordHash): Promise<Buffer> {
  const N = 2 ** ln;
  const maxmem = 128 * r * (N + p + 2) + 1_048_576;
  return new Promise((resolve, reject) => {
    scrypt(password.normalize('NFC'), salt, hash.length, { N, r, p, maxmem }, (error, key) => {
      if (error === null) resolve(key);
      else reject(error);
    });
  });
}

/** Takes as long for a wrong password as for the right one. */
export async function isPassword(password: string, stored: PasswordHash): Promise<boolean> {
  return timingSafeEqual(await derive(password, stored), stored.hash);
}

/** A hash that no password has, as costly as another. */
export function impossibleHash(alike: PasswordHash): PasswordHash {
  return { ...alike, salt: randomBytes(alike.salt.length), hash: randomBytes(alike.hash.length) };
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** Makes what stands for a password in the options or the file of users. */
export async function hashPassword(password: string): Promise<string> {
  const { ln, r, p } = defaults;
  const salt = randomBytes(16);
  const hash = await derive(password, { ...defaults, salt, hash: Buffer.alloc(32) });
  return `$scrypt$ln=${ln},r=${r},p=${p}$${base64(salt)}$${base64(hash)}`;
}
