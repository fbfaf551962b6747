/** Runs `each` on every item, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  width: number,
  each: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  async function work(): Promise<void> {
    while (next < items.length) await each(items[next++]!);
  }
  await Promise.all(Array.from({ length: width }, work));
}
