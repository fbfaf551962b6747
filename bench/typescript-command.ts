import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** How to run a TypeScript file of ours in a process of its own on every Node we support. */
export function typeScriptCommand(file: string, args: readonly string[]): { file: string; args: string[] } {
  const jiti = dirname(createRequire(import.meta.url).resolve('jiti/package.json'));
  return { file: process.execPath, args: [join(jiti, 'lib', 'jiti-cli.mjs'), file, ...args] };
}
