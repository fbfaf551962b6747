import { expect, test } from 'vitest';
import { counter, gauge } from '../../../../plugins/metrics/family.ts';
import { expose } from '../../../../plugins/metrics/exposition.ts';
import { parsePrometheusText } from '../../../support/prometheus-text.ts';

test('of two families with one name the first is written', async () => {
  const { text } = await expose([gauge('a', 'First.', 1), gauge('a', 'Second.', 2)]);
  expect([...parsePrometheusText(text).values()]).toEqual([
    { name: 'a', help: 'First.', type: 'gauge', samples: [{ name: 'a', labels: {}, value: 1 }] },
  ]);
});

test('help and label values may have any character', async () => {
  const odd = 'back\\slash, "quotes", new\nline, ü';
  const { text, contentType } = await expose([counter('a_total', odd, [{ labels: { l: odd }, value: 1 }])]);
  expect(contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(parsePrometheusText(text).get('a_total')!.samples[0]!.labels['l']).toBe(odd);
});

const head = '# HELP a_total A.\n# TYPE a_total counter\n';
const histogram = '# HELP h H.\n# TYPE h histogram\n';

test.each([
  ['a sample without a type', 'a_total 1\n'],
  ['TYPE before HELP', '# TYPE a_total counter\n# HELP a_total A.\na_total 1\n'],
  ['a family that comes again', `${head}a_total 1\n${head}a_total{b="c"} 1\n`],
  ['a series that comes again', `${head}a_total{b="c",d="e"} 1\na_total{d="e",b="c"} 2\n`],
  ['a label that comes again', `${head}a_total{b="c",b="d"} 1\n`],
  ['an open quote', `${head}a_total{b="c} 1\n`],
  ['an unknown escape', `${head}a_total{b="\\c"} 1\n`],
  ['a value that is no number', `${head}a_total 1x\n`],
  ['no line feed at the end', `${head}a_total 1`],
  ['a counter that is not called total', '# HELP a A.\n# TYPE a counter\na 1\n'],
  ['series with different labels', `${head}a_total{b="c"} 1\na_total{d="e"} 2\n`],
  ['a sample of another family', `${head}b_total 1\n`],
  ['buckets that fall', `${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`],
  ['a count that is not +Inf', `${histogram}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`],
  ['no +Inf', `${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`],
])('the tests would find %s', (_, text) => {
  expect(() => parsePrometheusText(text)).toThrow();
});
