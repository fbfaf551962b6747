/** How long a step of somebody else's code may take; the signal ends the wait for it before. */
export interface StepBounds {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Waits for a step. Rejects with what it fails with, with `<failing> within <timeoutMs> ms`, or with the signal's reason;
 * what becomes of the step after that is nobody's concern.
 */
export async function within<T>(
  step: () => T | Promise<T>,
  { timeoutMs, signal }: StepBounds,
  failing: string,
): Promise<T> {
  signal?.throwIfAborted();
  const result = step();
  if (!(result instanceof Promise)) return result;
  let giveUp: (() => void) | undefined;
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    giveUp = () => reject(signal!.reason as Error);
    timer = setTimeout(() => reject(new Error(`${failing} within ${timeoutMs} ms`)), timeoutMs);
    signal?.addEventListener('abort', giveUp, { once: true });
  });
  try {
    return await Promise.race([result, end]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', giveUp!);
  }
}
