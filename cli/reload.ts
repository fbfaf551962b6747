import { resolve } from 'node:path';
import { findConfig } from '../config/index.ts';
import { ConfigurationError } from '../core/index.ts';
import { reloadAll } from './control-socket.ts';
import type { ConfigOptions } from './options.ts';
import { colors, print } from './print.ts';

/** `hookway reload`: has the running gateway load its configuration anew, and says how that ended. */
export async function reload(options: ConfigOptions): Promise<number> {
  const found = options.config ?? (await findConfig());
  if (found === undefined)
    throw new Error('no configuration here: expected proxy.config.*, or --config FILE');
  const file = resolve(found);
  const answers = await reloadAll(file);
  if (answers.length === 0) {
    const message = `no gateway of this user serves ${file}; one of another user takes SIGHUP`;
    throw new ConfigurationError([{ place: '', message }]);
  }
  const problems = answers.flatMap((answer) => (answer.ok ? [] : answer.problems));
  if (problems.length > 0) throw new ConfigurationError(problems);
  for (const answer of answers)
    if (answer.ok) await print(`${file}: ${colors.green('reloaded')}, generation ${answer.generation}`);
  return 0;
}
