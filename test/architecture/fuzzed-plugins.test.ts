import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { flattenPlugins } from 'hookway';
import { expect, test } from 'vitest';
import { formats } from '../fuzz/access-log-lines.ts';
import { certified, mistrusting, trusting } from '../fuzz/plugin-stacks.ts';

const plugins = fileURLToPath(new URL('../../plugins/', import.meta.url));

/** Ways to come by what strangers wrote into fields. */
const readsFields =
  /\bfields\b[!?]?\.(?:get|getAll|has|lines|match)\b|\.fields\b|FieldList\b|cookies?Of\(|client(?:Address|Host|Scheme)Of\(/;

function sourceOf(plugin: string): string {
  const files = readdirSync(plugins + plugin, { recursive: true, encoding: 'utf8' });
  return files
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(`${plugins}${plugin}/${file}`, 'utf8'))
    .join('\n');
}

test('every plugin that reads fields is fuzzed', () => {
  const fuzzed = flattenPlugins([
    trusting(),
    mistrusting(),
    certified(),
    formats.map(({ plugin }) => plugin('/dev/null')),
  ]).map(({ definition }) => definition.name);
  const reading = readdirSync(plugins).filter((name) => readsFields.test(sourceOf(name)));
  expect(reading.length).toBeGreaterThan(15);
  expect(reading.filter((name) => !fuzzed.includes(name))).toEqual([]);
});
