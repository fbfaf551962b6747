import { createHash, timingSafeEqual } from 'node:crypto';

const minLength = 16;
const minDistinct = 8;

/** Characters that follow their neighbour in the alphabet or on the digits, as in `abcdef` and `987654`. */
function runLength(text: string): number {
  let count = 0;
  for (let i = 1; i < text.length; i++) {
    if (Math.abs(text.charCodeAt(i) - text.charCodeAt(i - 1)) <= 1) count++;
  }
  return count;
}

/** Why a secret is too easily guessed; undefined when it is not. */
export function weaknessOf(secret: string): string | undefined {
  if (!/^[\x21-\x7e]*$/.test(secret)) return 'must consist of visible ASCII characters without blanks';
  if (secret.length < minLength) return `must have at least ${minLength} characters`;
  if (new Set(secret).size < minDistinct) return `must have at least ${minDistinct} different characters`;
  return runLength(secret) * 2 > secret.length
    ? 'must not be a sequence of neighbouring characters'
    : undefined;
}

const digest = (text: string): Buffer => createHash('sha256').update(text, 'latin1').digest();

/** Compares with the secret in a time that tells nothing of it, its length included. */
export function createSecretCheck(secret: string): (given: string) => boolean {
  const expected = digest(secret);
  return (given) => timingSafeEqual(digest(given), expected);
}
