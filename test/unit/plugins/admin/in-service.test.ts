import { expect, test } from 'vitest';
import { InService } from '../../../../plugins/admin/in-service.ts';

test('the next one waits until the one in service leaves', () => {
  const inService = new InService<string>();
  expect(inService.current).toBeUndefined();
  inService.enter('a');
  inService.enter('b');
  expect(inService.current).toBe('a');
  inService.leave('a');
  expect(inService.current).toBe('b');
});

test('one that is refused was never in service', () => {
  const inService = new InService<string>();
  inService.enter('a');
  inService.enter('b');
  inService.leave('b');
  inService.enter('c');
  inService.leave('a');
  expect(inService.current).toBe('c');
});
