import { expect, test } from 'vitest';
import { Measures } from '../../../../plugins/access-log/measures.ts';
import { attempt, settledExchange } from './settled-exchange.ts';

function measuresOf(exchange = settledExchange(), slowMs?: number): Measures {
  const measures = new Measures(slowMs);
  measures.read(settledExchange({ attempts: [attempt] })); // what was before leaves nothing behind
  measures.read(exchange);
  return measures;
}

test('an exchange is divided into the steps that it went through', () => {
  const { clientHeadMs, queueMs, connectMs, backendHeadMs, dataMs, totalMs } = measuresOf();
  expect([clientHeadMs, queueMs, connectMs, backendHeadMs]).toEqual([0.25, 1, 2.25, 6.25]);
  expect([dataMs, totalMs]).toEqual([expect.closeTo(2.3456, 6), expect.closeTo(12.3456, 6)]);
});

test('a connection that was begun for an earlier request counts only while this one waited', () => {
  const attempts = [{ ...attempt, connectMs: 50 }];
  expect(measuresOf(settledExchange({ attempts }))).toMatchObject({ queueMs: 0, connectMs: 3.25 });
});

test('the steps of an attempt are those of the last', () => {
  const attempts = [attempt, { ...attempt, connectMs: 0, startedAtMs: 1_003.75 }];
  expect(measuresOf(settledExchange({ attempts }))).toMatchObject({ queueMs: 0, connectMs: 0 });
});

const unreached = { queueMs: -1, connectMs: -1, backendHeadMs: -1, dataMs: -1 };

test('what was not reached is -1', () => {
  const local = { response: { status: 200, source: 'gateway' as const } };
  expect(measuresOf(settledExchange({ ...local, attempts: [] }))).toMatchObject({
    ...unreached,
    clientHeadMs: 0.25,
  });
  const refused = [{ ...attempt, connectedAtMs: 0, responseAtMs: 0 }];
  expect(measuresOf(settledExchange({ ...local, attempts: refused }))).toMatchObject(unreached);
  const silent = [{ ...attempt, responseAtMs: 0 }];
  expect(measuresOf(settledExchange({ ...local, attempts: silent }))).toMatchObject({
    queueMs: 1,
    backendHeadMs: -1,
    dataMs: -1,
  });
});

test('what took as long as slowMs is slow, but a tunnel is not', () => {
  expect(measuresOf(settledExchange(), 12).isSlow).toBe(true);
  expect(measuresOf(settledExchange(), 13).isSlow).toBe(false);
  expect(measuresOf(settledExchange(), undefined).isSlow).toBe(false);
  expect(measuresOf(settledExchange({ outcome: { phase: 'tunnel' } }), 12).isSlow).toBe(false);
});
