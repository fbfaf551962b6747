/** A two-way flow of bytes with half-close, such as a socket or an extended CONNECT stream. */
export interface ByteChannel {
  /** Bytes that arrived behind the head and belong to the new protocol. */
  listen(listener: ByteChannelListener): void;
  /** Writes bytes lent for the length of the call; false when the receiver lags behind. */
  writeBytes(bytes: Buffer): boolean;
  pause(): void;
  resume(): void;
  /** No more bytes will be written; reading goes on. */
  end(): void;
  destroy(): void;
}

export interface ByteChannelListener {
  onBytes(bytes: Buffer): void;
  /** The other side writes no more. */
  onEnd(): void;
  /** What was written has been taken: writing may go on. */
  onDrain(): void;
  /** The channel is gone; told once. */
  onClose(error: Error | undefined): void;
}
