interface Latin1Bytes {
  latin1Slice(start: number, end: number): string;
}

/** The bytes as text of one character per byte; less work than `toString`, which checks its arguments. */
export function latin1(bytes: Buffer, start: number, end: number): string {
  return (bytes as unknown as Latin1Bytes).latin1Slice(start, end);
}
