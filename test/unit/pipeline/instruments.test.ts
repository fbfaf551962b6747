import { expect, test, vi } from 'vitest';
import { Instruments } from '../../../core/pipeline/instruments.ts';

const hits = { name: 'hits_total', help: 'Hits.', labels: ['kind'] };

test('the same label values give the same number', () => {
  const counter = new Instruments().define('counter', hits);
  counter.of('a').value++;
  counter.of('a').value += 2;
  counter.of('b').value++;
  expect([...counter]).toEqual([
    { values: ['a'], value: 3 },
    { values: ['b'], value: 1 },
  ]);
});

test('a name that is defined again is the same instrument, and another one under that name is refused', () => {
  const instruments = new Instruments();
  const counter = instruments.define('counter', hits);
  expect(instruments.define('counter', hits)).toBe(counter);
  expect(() => instruments.define('gauge', hits)).toThrow('hits_total is a counter with the labels [kind].');
  expect(() => instruments.define('counter', { ...hits, labels: [] })).toThrow('hits_total is a counter');
});

test('numbers that cannot be told apart by labels are refused', () => {
  const counter = new Instruments().define('counter', hits);
  expect(() => counter.of()).toThrow('hits_total has 1 labels, not 0.');
});

test('a flood of label values is counted as other', () => {
  const counter = new Instruments().define('counter', hits);
  for (let i = 0; i < 5_000; i++) counter.of(String(i)).value++;
  const numbers = [...counter];
  expect(numbers).toHaveLength(2_001);
  expect(numbers.at(-1)).toEqual({ values: ['other'], value: 3_000 });
});

test('gauges are set before they are read, for as long as they are observed', () => {
  const instruments = new Instruments();
  const gauge = instruments.define('gauge', { name: 'depth', help: 'Depth.' });
  const observe = vi.fn(() => void (gauge.of().value = 7));
  const end = instruments.observe(gauge, observe);
  expect([...instruments.read()[0]!]).toEqual([{ values: [], value: 7 }]);
  end();
  instruments.read();
  expect(observe).toHaveBeenCalledTimes(1);
});

test('a gauge keeps its numbers while somebody observes it, and has none when nobody does', () => {
  const instruments = new Instruments();
  const gauge = instruments.define('gauge', { name: 'depth', help: 'Depth.' });
  const ends = [7, 7].map((depth) => instruments.observe(gauge, () => void (gauge.of().value = depth)));
  ends[0]!();
  ends[0]!();
  expect([...instruments.read()[0]!]).toEqual([{ values: [], value: 7 }]);
  ends[1]!();
  expect([...instruments.read()[0]!]).toEqual([]);
});

test('what is no longer set is gone from a gauge', () => {
  const instruments = new Instruments();
  const gauge = instruments.define('gauge', { name: 'depth', help: 'Depth.', labels: ['queue'] });
  const queues = ['a', 'b'];
  instruments.observe(gauge, () => {
    for (const queue of queues) gauge.of(queue).value = 1;
  });
  instruments.read();
  queues.pop();
  expect([...instruments.read()[0]!]).toEqual([{ values: ['a'], value: 1 }]);
});

test.each([
  ['hits-total', []],
  ['hits_total', ['a b']],
  ['9_total', []],
])('the name %j with the labels %j is refused', (name, labels) => {
  expect(() => new Instruments().define('counter', { name, help: '', labels })).toThrow(
    'is no name in snake case',
  );
});
