import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { backendSchema, configurationSchema, routeSchema, upstreamSchema } from '../../../config/schema.ts';
import { bounds, upstreamBounds } from '../../../core/index.ts';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

/** The rows of the table below a heading or a mark. */
function keysBelow(mark: string): string[] {
  const section = page.slice(page.indexOf(mark) + mark.length).split(/\n#|<!--/)[0]!;
  return [...section.matchAll(/^\| `([^`]+)` \|/gm)].map(([, key]) => key!);
}

function rowsOf(table: typeof bounds | typeof upstreamBounds): string {
  const rows = Object.entries(table).map(
    ([name, bound]) => `| \`${name}\` | ${bound.default} | ${bound.about} |`,
  );
  return ['| key | default | |', '| --- | --- | --- |', ...rows].join('\n');
}

test.each([
  ['bounds', bounds],
  ['upstreamBounds', upstreamBounds],
])('docs/configuration.md has the table of %s as it is in the source', (name, table) => {
  const documented = page.split(`<!-- ${name} -->\n`)[1]?.split('\n<!-- end -->')[0];
  expect(documented).toBe(rowsOf(table));
});

const { listeners, log } = configurationSchema.shape;
const boundNames = Object.keys(upstreamBounds);

test.each<[string, string[]]>([
  ['## Keys', Object.keys(configurationSchema.shape)],
  ['### Listeners', Object.keys(listeners.element.shape)],
  ['### TLS', Object.keys(listeners.element.shape.tls.unwrap().options[1].shape)],
  ['### TLS to backends', Object.keys(upstreamSchema.shape.tls.unwrap().shape)],
  ['### Upstreams', Object.keys(upstreamSchema.shape).filter((key) => !boundNames.includes(key))],
  ['### Backends', Object.keys(backendSchema.options[1].shape)],
  ['### Routes', Object.keys(routeSchema.shape)],
  ['### Log', Object.keys(log.unwrap().shape)],
])('docs/configuration.md lists every key below %s', (heading, keys) => {
  expect(keysBelow(`${heading}\n`).sort()).toEqual(keys.sort());
});

test('the configurations of docs/configuration.md are right', () => {
  const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, text]) => JSON.parse(text!) as unknown);
  expect(examples).not.toHaveLength(0);
  for (const example of examples) expect(() => configurationSchema.parse(example)).not.toThrow();
});
