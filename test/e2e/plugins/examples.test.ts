import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectWith } from '../../unit/config/project.ts';
import { hookway } from '../cli-process.ts';

const names = ['access-log', 'forwarded-headers', 'load-balance', 'request-id', 'via'];

test.each(names)('nothing is wrong with the example of %s', async (name) => {
  const file = fileURLToPath(new URL(`../../../examples/${name}/proxy.config.ts`, import.meta.url));
  const { code, stderr } = await hookway(['check', '--config', file], { cwd: projectWith({}) });
  expect([code, stderr]).toEqual([0, '']);
});
