import type { Block } from './block.ts';

/** From this address on, up to the next segment. */
export interface Segment {
  readonly start: bigint;
  readonly isDenied: boolean;
}

function inOrder(left: Block, right: Block): number {
  if (left.first !== right.first) return left.first < right.first ? -1 : 1;
  if (left.last !== right.last) return left.last > right.last ? -1 : 1;
  return Number(left.isDenied) - Number(right.isDenied);
}

/** Gathers segments in ascending order; those that say the same become one. */
class Line {
  readonly segments: Segment[] = [];

  begin(start: bigint, isDenied: boolean): void {
    if (this.segments.at(-1)?.start === start) this.segments.pop();
    if (this.segments.at(-1)?.isDenied !== isDenied) this.segments.push({ start, isDenied });
  }
}

/**
 * Cuts blocks, of which each two are apart or one is in the other, into segments: the innermost block counts, and of
 * the same block in both lists the denial. What is in no block is `isDenied`.
 */
export function cut(blocks: readonly Block[], isDenied: boolean): Segment[] {
  const line = new Line();
  const open: Block[] = [];
  line.begin(0n, isDenied);
  const closeBefore = (first: bigint | undefined): void => {
    for (let inner = open.at(-1); inner !== undefined; inner = open.at(-1)) {
      if (first !== undefined && inner.last >= first) return;
      open.pop();
      line.begin(inner.last + 1n, open.at(-1)?.isDenied ?? isDenied);
    }
  };
  for (const block of blocks.toSorted(inOrder)) {
    closeBefore(block.first);
    line.begin(block.first, block.isDenied);
    open.push(block);
  }
  closeBefore(undefined);
  return line.segments;
}
