import { describe, expect, test } from 'vitest';
import { largeBlockBytes, sharedBlock } from '../../../core/transport/read-blocks.ts';
import { ReadMemory } from '../../../core/transport/read-memory.ts';

const writer = {};
const other = {};

describe('memory that is shared', () => {
  test('is that of all while messages are short', () => {
    const memory = new ReadMemory(true);
    expect([memory.block === sharedBlock, memory.isShared, memory.next()]).toEqual([true, true, undefined]);
  });

  test('gives way to a large block of its own for a long body, from the next read on', () => {
    const memory = new ReadMemory(true);
    memory.isBulk = true;
    expect([memory.block === sharedBlock, memory.isShared]).toEqual([true, false]);
    expect(memory.next()?.length).toBe(largeBlockBytes);
    expect(memory.next()).toBeUndefined();
  });

  test('is returned to behind the body', () => {
    const memory = new ReadMemory(true);
    memory.isBulk = true;
    memory.next();
    memory.isBulk = false;
    expect(memory.isShared).toBe(false);
    expect(memory.next()).toBe(sharedBlock);
    expect(memory.isShared).toBe(true);
  });
});

describe('a block of its own', () => {
  test('goes to the next socket when its own reads no more', () => {
    const memory = new ReadMemory(false);
    const { block } = memory;
    memory.release();
    expect(new ReadMemory(false).block).toBe(block);
  });

  test('stays with the pending write that points into it when its socket reads no more', () => {
    const memory = new ReadMemory(false);
    const { block } = memory;
    memory.leaveTo(writer, block);
    memory.release();
    expect(new ReadMemory(false).block).not.toBe(block);
  });

  test('is not read into again once a pending write points into it', () => {
    const memory = new ReadMemory(false);
    const { block } = memory;
    expect(memory.leaveTo(writer, block.subarray(1, 5))).toBe(block);
    const next = memory.next();
    expect(next).toBeDefined();
    expect(next?.buffer).not.toBe(block.buffer);
    expect(memory.next()).toBeUndefined();
  });

  test('stays when what was written has left after all', () => {
    const memory = new ReadMemory(false);
    memory.leaveTo(writer, memory.block);
    expect(memory.takeBack(other)).toBe(false);
    expect(memory.takeBack(writer)).toBe(true);
    expect(memory.next()).toBeUndefined();
  });

  test('serves one writer: it is left once, and others have to copy', () => {
    const memory = new ReadMemory(false);
    expect(memory.isTakenByOther(other, memory.block)).toBe(false);
    memory.leaveTo(writer, memory.block);
    expect(memory.leaveTo(writer, memory.block)).toBeUndefined();
    expect(memory.isTakenByOther(writer, memory.block)).toBe(false);
    expect(memory.isTakenByOther(other, memory.block)).toBe(true);
    expect(memory.isTakenByOther(other, Buffer.allocUnsafeSlow(1))).toBe(false);
  });

  test('is not large while the receiver of a long body lags behind', () => {
    const memory = new ReadMemory(false);
    memory.isBulk = true;
    memory.leaveTo(writer, memory.block);
    expect(memory.next()!.length).toBeLessThan(largeBlockBytes);
    memory.isBulk = false;
    memory.isBulk = true;
    expect(memory.next()?.length).toBe(largeBlockBytes);
  });

  test('is not what bytes from elsewhere are in', () => {
    const memory = new ReadMemory(false);
    expect(memory.leaveTo(writer, Buffer.allocUnsafeSlow(1))).toBeUndefined();
  });
});
