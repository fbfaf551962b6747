let ofThisRead = 0;

/** For the channel: everything that follows until `endRead` happens at one moment. */
export function beginRead(): void {
  ofThisRead = performance.now();
}

export function endRead(): void {
  ofThisRead = 0;
}

/** Milliseconds of the monotonic clock; while bytes of a socket are being worked on, the moment they were read. */
export function nowMs(): number {
  return ofThisRead === 0 ? performance.now() : ofThisRead;
}
