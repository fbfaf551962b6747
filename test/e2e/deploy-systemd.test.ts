import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { projectWith } from '../unit/config/project.ts';

const unit = readFileSync(
  fileURLToPath(new URL('../../deploy/systemd/hookway.service', import.meta.url)),
  'utf8',
);

/** The unit with commands that are there, which is what `verify` asks for. */
function unitHere(): string {
  const folder = join(projectWith({}), 'units');
  mkdirSync(folder);
  const file = join(folder, 'hookway.service');
  writeFileSync(file, unit.replaceAll('/usr/bin/node', process.execPath));
  return file;
}

function analyze(...args: string[]) {
  const { status, stdout, stderr } = spawnSync('systemd-analyze', args, { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('systemd finds nothing wrong with the unit', () => {
  const verdict = analyze('verify', '--man=no', unitHere());
  expect(verdict).toMatchObject({ status: 0, stderr: '' });
});

test('the unit exposes little of the system, in the measure of systemd', () => {
  const { status, stdout } = analyze(
    'security',
    '--offline=true',
    '--threshold=20',
    '--no-pager',
    unitHere(),
  );
  expect({ status, last: stdout.trimEnd().split('\n').at(-1) }).toMatchObject({ status: 0 });
});

test('the unit runs the command that the package has', () => {
  const { bin } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
    bin: { hookway: string };
  };
  const commands = [...unit.matchAll(/^Exec(?:Start|Reload)=\/usr\/bin\/node (\S+)/gm)].map(
    ([, path]) => path,
  );
  expect(new Set(commands)).toEqual(new Set([`/opt/hookway/node_modules/hookway/${bin.hookway}`]));
});
