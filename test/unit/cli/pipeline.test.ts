import { expect, test } from 'vitest';
import { formatPipeline } from '../../../cli/pipeline.ts';

test('plugins are numbered in the order in which they run, with stage and scope', () => {
  const listing = formatPipeline([
    { hook: 'onAccept', taps: [] },
    {
      hook: 'onRequest',
      taps: [
        { plugin: 'request-id', stage: 'Observe', routes: undefined },
        { plugin: 'auth', stage: 'Guard', routes: ['api', 'admin'] },
      ],
    },
  ]);
  expect(listing).toBe(
    [
      'onAccept',
      '  no plugin',
      '',
      'onRequest',
      '  1. request-id  Observe',
      '  2. auth        Guard, only api, admin',
    ].join('\n'),
  );
});
