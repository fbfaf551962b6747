import { definePlugin, named, only, type PluginEntry, respond, Slot } from 'hookway';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import rateLimit from 'hookway/plugins/rate-limit';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { get } from './wire.ts';

const routes = ['x', 'y'].map((name) => ({ name, path: `/${name}`, upstream: 'origin' }));

/** Labels of the entries that see an exchange, with whose count it is, if of another, and what it is now. */
const Seen = new Slot<string[]>('seen');

function startCounting(): { ended: string[]; count: (label: string) => PluginEntry; answer: PluginEntry } {
  const ended: string[] = [];
  const counting = definePlugin({
    name: 'counting',
    options: z.strictObject({ label: z.string() }),
    setup({ hooks, retain }, { label }) {
      const state = retain(
        'count',
        () => ({ label, count: 0 }),
        (gone) => void ended.push(gone.label),
      );
      const whose = state.label === label ? label : `${label} of ${state.label}`;
      hooks.onRequest.tap((exchange) => {
        exchange.set(Seen, [...(exchange.get(Seen) ?? []), `${whose} ${++state.count}`]);
      });
    },
  });
  const answering = definePlugin({
    name: 'answering',
    setup: ({ hooks }) =>
      hooks.onRequest.tap((exchange) => respond(200, {}, exchange.get(Seen)?.join() ?? '')),
  });
  return { ended, count: (label) => counting({ label }), answer: answering() };
}

async function start(plugins: PluginEntry[]): Promise<TestGateway> {
  // what gets as far as a backend is never answered
  const gateway = await startTestGateway({ routes, plugins, origin: { cutAt: 0 } });
  onTestFinished(() => gateway.close());
  return gateway;
}

const textOf = async (gateway: TestGateway, path = '/x'): Promise<string> =>
  (await gateway.fetch(path)).body.toString();

test('an entry keeps its values when another one of the plugin is put before it', async () => {
  const { count, answer } = startCounting();
  const gateway = await start([count('a'), answer]);
  expect(await textOf(gateway)).toBe('a 1');
  await gateway.reload({ routes, plugins: [count('b'), count('a'), answer] });
  expect(await textOf(gateway)).toBe('b 1,a 2');
});

test('an entry keeps its values when one before it is removed, whose values end', async () => {
  const { count, answer, ended } = startCounting();
  const gateway = await start([count('a'), count('b'), answer]);
  expect(await textOf(gateway)).toBe('a 1,b 1');
  await gateway.reload({ routes, plugins: [count('b'), answer] });
  expect(await textOf(gateway)).toBe('b 2');
  await expect.poll(() => ended, { interval: 2 }).toEqual(['a']);
});

test('entries that change places keep their values', async () => {
  const { count, answer, ended } = startCounting();
  const gateway = await start([count('a'), count('b'), answer]);
  await textOf(gateway);
  await gateway.reload({
    routes,
    plugins: [count('b'), ...only({ routes: ['x'] }, answer), count('a'), answer],
  });
  expect(await textOf(gateway)).toBe('b 2');
  expect(await textOf(gateway, '/y')).toBe('b 3,a 2');
  expect(ended).toEqual([]);
});

test('an entry with a name keeps its values, whatever else of it changes', async () => {
  const { count, answer } = startCounting();
  const on = (route: string, entry: PluginEntry): PluginEntry[] => only({ routes: [route] }, entry);
  const gateway = await start([
    ...on('x', named('one', count('a'))),
    ...on('x', named('two', count('a'))),
    answer,
  ]);
  await textOf(gateway);
  const moved = [count('a'), ...on('y', named('two', count('b'))), answer];
  await gateway.reload({ routes, plugins: moved });
  expect(await textOf(gateway, '/y')).toBe('a 1,b of a 2');
});

test('a refused configuration neither takes values away nor mixes them', async () => {
  const { count, answer, ended } = startCounting();
  const gateway = await start([count('a'), count('b'), answer]);
  await textOf(gateway);
  const failing = definePlugin({ name: 'failing', setup: () => Promise.reject(new Error('no')) })();
  for (const plugins of [[count('c'), count('b'), count('a'), failing], [count('b'), failing], [failing]])
    await expect(gateway.reload({ routes, plugins })).rejects.toThrow('failing: no');
  expect(ended).toEqual(['c']);
  expect(await textOf(gateway)).toBe('a 2,b 2');
  await gateway.reload({ routes, plugins: [count('c'), count('b'), count('a'), answer] });
  expect(await textOf(gateway)).toBe('c 1,b 3,a 3');
});

test('an entry that comes back while requests of its time still run has its values again', async () => {
  const { count, answer } = startCounting();
  const gateway = await start([count('a'), count('b')]);
  using client = await gateway.connect();
  client.send(get('/x'));
  await gateway.origin.waitForRequest(1);
  await gateway.reload({ routes, plugins: [count('b'), answer] });
  expect(await textOf(gateway)).toBe('b 2');
  await gateway.reload({ routes, plugins: [count('b'), count('a'), answer] });
  expect(await textOf(gateway)).toBe('b 3,a 2');
});

test('who was limited stays so when a limit for other routes is put before', async () => {
  const { answer } = startCounting();
  const limitOn = (route: string): PluginEntry[] =>
    only({ routes: [route] }, rateLimit({ requests: 1, windowMs: 3_600_000 }));
  const gateway = await start([...limitOn('x'), answer]);
  expect((await gateway.fetch('/x')).status).toBe(200);
  await gateway.reload({ routes, plugins: [...limitOn('y'), ...limitOn('x'), answer] });
  expect((await gateway.fetch('/x')).status).toBe(429);
  expect((await gateway.fetch('/y')).status).toBe(200);
});
