/**
 * Memory that sockets read into. Sockets of clients share one block while their messages are short: its content is
 * gone after the read was dispatched. A socket in the middle of a long body, and one to a backend, reads into a block of
 * its own, which can be handed to a pending write and replaced.
 */

/** Holds a head and 64 KB of body in one read. */
const smallBlockBytes = 81_920;
/** For long bodies that flow: fewer, longer reads and writes (docs/decisions/0004-read-blocks.md). */
export const largeBlockBytes = 262_144;

export const sharedBlock = Buffer.allocUnsafeSlow(smallBlockBytes);

const freeSmall: Buffer[] = [];
const freeLarge: Buffer[] = [];
const maxFreeBlocks = 32;

export function takeBlock(isLarge: boolean): Buffer {
  const block = (isLarge ? freeLarge : freeSmall).pop();
  return block ?? Buffer.allocUnsafeSlow(isLarge ? largeBlockBytes : smallBlockBytes);
}

/** Gives a block back that nobody reads from or writes to any more. */
export function releaseBlock(block: Buffer): void {
  const free = block.length === largeBlockBytes ? freeLarge : freeSmall;
  if (free.length < maxFreeBlocks) free.push(block);
}
