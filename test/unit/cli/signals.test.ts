import { expect, onTestFinished, test } from 'vitest';
import { exitCodeOf, StopSignals } from '../../../cli/signals.ts';

function receiver(): StopSignals {
  onTestFinished(() => void process.removeAllListeners('SIGTERM').removeAllListeners('SIGINT'));
  return new StopSignals();
}

test('the exit code of a signal is what shells call it', () => {
  expect(exitCodeOf('SIGINT')).toBe(130);
  expect(exitCodeOf('SIGTERM')).toBe(143);
});

test('a signal from before anybody waited is not lost', async () => {
  const signals = receiver();
  process.emit('SIGTERM', 'SIGTERM');
  process.emit('SIGINT', 'SIGINT');
  expect(await signals.next()).toBe('SIGTERM');
  expect(await signals.next()).toBe('SIGINT');
});

test('whoever waits gets the next signal', async () => {
  const signals = receiver();
  const next = signals.next();
  process.emit('SIGINT', 'SIGINT');
  expect(await next).toBe('SIGINT');
});
