/** Time as this plugin needs it. */
export interface Clock {
  /** Milliseconds that only grow. */
  now(): number;
  /** Calls `run` later; the function that is returned prevents it. */
  setTimeout(run: () => void, ms: number): () => void;
}

/** Real time, which keeps no process running. */
export const monotonicClock: Clock = {
  now: () => performance.now(),
  setTimeout: (run, ms) => {
    const timer = setTimeout(run, ms).unref();
    return () => clearTimeout(timer);
  },
};
