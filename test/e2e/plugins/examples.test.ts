import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectWith } from '../../unit/config/project.ts';
import { hookway } from '../cli-process.ts';

const examples = new URL('../../../examples/', import.meta.url);
const fileOf = (name: string): string => fileURLToPath(new URL(`${name}/proxy.config.ts`, examples));
const names = readdirSync(examples).filter((name) => existsSync(fileOf(name)));

test.each(names)('nothing is wrong with the example of %s', async (name) => {
  const { code, stderr } = await hookway(['check', '--config', fileOf(name)], { cwd: projectWith({}) });
  expect([code, stderr]).toEqual([0, '']);
});
