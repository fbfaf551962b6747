/**
 * Memory that sockets read into. Idle and small-message sockets all share one block, whose content is gone after the
 * read was dispatched; a socket in the middle of a long body reads into a block of its own, which can be handed to a
 * pending write and replaced.
 */
export const readBlockBytes = 65_536;

export const sharedBlock = Buffer.allocUnsafeSlow(readBlockBytes);

const freeBlocks: Buffer[] = [];
const maxFreeBlocks = 64;

export function takeBlock(): Buffer {
  return freeBlocks.pop() ?? Buffer.allocUnsafeSlow(readBlockBytes);
}

/** Gives a block back that nobody reads from or writes to any more. */
export function releaseBlock(block: Buffer): void {
  if (freeBlocks.length < maxFreeBlocks) freeBlocks.push(block);
}
