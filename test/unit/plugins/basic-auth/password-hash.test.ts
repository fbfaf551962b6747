import { scryptSync } from 'node:crypto';
import { expect, test } from 'vitest';
import {
  hashPassword,
  impossibleHash,
  isPassword,
  parsePasswordHash,
} from '../../../../plugins/basic-auth/password-hash.ts';

// from the documentation of passlib, for the password "password"
const foreign = '$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E';

test('a hash that another program made is understood', async () => {
  const stored = parsePasswordHash(foreign);
  expect(await isPassword('password', stored)).toBe(true);
  expect(await isPassword('Password', stored)).toBe(false);
  expect(await isPassword('password', impossibleHash(stored))).toBe(false);
});

test('a hash that is made here fits its password only, and is another each time', async () => {
  const [first, second] = [await hashPassword('Käse:1'), await hashPassword('Käse:1')];
  expect(first).toMatch(/^\$scrypt\$ln=15,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
  expect(first).not.toBe(second);
  expect(await isPassword('Käse:1', parsePasswordHash(first))).toBe(true);
  expect(await isPassword('Kase:1', parsePasswordHash(first))).toBe(false);
});

test('the bytes are those of scrypt', async () => {
  const salt = Buffer.from('0123456789');
  const hash = scryptSync('secret', salt, 24, { N: 2048, r: 4, p: 2 });
  const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');
  const stored = parsePasswordHash(`$scrypt$ln=11,r=4,p=2$${base64(salt)}$${base64(hash)}`);
  expect(await isPassword('secret', stored)).toBe(true);
});

const wanted = 'write it as $scrypt$ln=15,r=8,p=1$salt$hash, which hashPassword makes';
const salt = 'MDEyMzQ1Njc4OWFiY2RlZg';
const hash = 'S7FwBvpu+z8K0PUVUagFRTUAB2dAxIZpzVHvLZir+98';

test.each([
  ['$2y$10$abcdefghijklmnopqrstuv', `the password is bcrypt: ${wanted}`],
  ['$apr1$salt$hash', `the password is MD5: ${wanted}`],
  ['$1$salt$hash', `the password is MD5: ${wanted}`],
  ['{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=', `the password is SHA: ${wanted}`],
  ['{SSHA}x', `the password is SHA: ${wanted}`],
  ['$6$salt$hash', `the password is SHA crypt: ${wanted}`],
  ['$argon2id$v=19$x', `the password is Argon2: ${wanted}`],
  ['secret', `the password is no scrypt hash: ${wanted}`],
  ['', `the password is no scrypt hash: ${wanted}`],
  ['$scrypt$ln=15$a$b', `the password is a malformed scrypt hash: ${wanted}`],
  [
    `$scrypt$ln=9,r=8,p=1$${salt}$${hash}`,
    'the scrypt hash must have ln from 10 to 20, p up to 16, and take up to 256 MB',
  ],
  [
    `$scrypt$ln=20,r=32,p=1$${salt}$${hash}`,
    'the scrypt hash must have ln from 10 to 20, p up to 16, and take up to 256 MB',
  ],
  [
    `$scrypt$ln=15,r=8,p=1$${salt}$c2hvcnQ`,
    'the scrypt hash must have a salt of 8 to 64 bytes and a hash of 16 to 64',
  ],
])('%j is refused: %s', (text, message) => {
  expect(() => parsePasswordHash(text)).toThrow(new Error(message));
});
