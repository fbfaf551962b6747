import { expect, test } from 'vitest';
import { resolveLimits } from '../../../core/limits.ts';
import { RetainedValues } from '../../../core/pipeline/retained.ts';
import { BackendOverrides } from '../../../core/server/backend-overrides.ts';
import { Upstreams } from '../../../core/server/upstreams.ts';

const partsWith = (retained: RetainedValues) => ({
  limits: resolveLimits(),
  retained,
  overrides: new BackendOverrides(),
});

test('upstreams of which one cannot be made hold no pools of the others', () => {
  const retained = new RetainedValues();
  const configs = {
    sound: { backends: ['http://127.0.0.1:1'] },
    broken: { backends: ['https://127.0.0.1:2'], tls: { ca: '/nowhere/ca.pem' } },
  };
  expect(() => new Upstreams(configs, partsWith(retained))).toThrow('there is no file /nowhere/ca.pem');
  expect(retained.size).toBe(0);
});

test('a pool is gone when the last of the configurations that share it lets go', () => {
  const retained = new RetainedValues();
  const configs = { web: { backends: ['http://127.0.0.1:1'] } };
  const first = new Upstreams(configs, partsWith(retained));
  const second = new Upstreams(configs, partsWith(retained));
  const [a, b] = [first, second].map(({ all }) => all.get('web')!.backends[0]!.pool);
  expect(a).toBe(b);
  first.release();
  expect(retained.size).toBe(1);
  second.release();
  expect(retained.size).toBe(0);
});
