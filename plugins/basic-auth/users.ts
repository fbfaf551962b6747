import { readFile } from 'node:fs/promises';
import { parsePasswordHash, type PasswordHash } from './password-hash.ts';

/** Hashes of passwords by the names of users. */
export type Users = ReadonlyMap<string, PasswordHash>;

/** @throws Error that names the user and says what is wrong. */
export function addUser(users: Map<string, PasswordHash>, given: string, hash: string): void {
  const name = given.normalize('NFC');
  const shown = JSON.stringify(name);
  if (name === '' || name.includes(':'))
    throw new Error(`${shown} is no name of a user: it is empty or has a colon`);
  if (users.has(name)) throw new Error(`the user ${shown} is there twice`);
  try {
    users.set(name, parsePasswordHash(hash));
  } catch (error) {
    throw new Error(`user ${shown}: ${(error as Error).message}`, { cause: error });
  }
}

/**
 * Reads lines of `name:hash`, which another colon and a comment may follow; empty ones and those that begin with # do
 * not count.
 * @throws Error that names the line.
 */
export function parseUsers(text: string, users = new Map<string, PasswordHash>()): Users {
  for (const [index, line] of text.split('\n').entries()) {
    const entry = line.trim();
    if (entry === '' || entry.startsWith('#')) continue;
    const [name = '', hash] = entry.split(':');
    try {
      if (hash === undefined) throw new Error('a line must be name:hash');
      addUser(users, name, hash);
    } catch (error) {
      throw new Error(`line ${index + 1}: ${(error as Error).message}`, { cause: error });
    }
  }
  return users;
}

/** Those of the options and those of the file. @throws Error when the file cannot be read, is wrong, or there are none. */
export async function loadUsers(
  inline: Readonly<Record<string, string>>,
  file: string | undefined,
): Promise<Users> {
  const users = new Map<string, PasswordHash>();
  for (const [name, hash] of Object.entries(inline)) addUser(users, name, hash);
  if (file === undefined) return users;
  const text = await readFile(file, 'utf8');
  try {
    parseUsers(text, users);
  } catch (error) {
    throw new Error(`${file}, ${(error as Error).message}`, { cause: error });
  }
  if (users.size === 0) throw new Error(`${file} has no users`);
  return users;
}
