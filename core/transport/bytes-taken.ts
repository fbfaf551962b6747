import type { Socket } from 'node:net';

/** What Node's own socket timeout looks at to tell a slow peer from a dead one. */
interface Queue {
  readonly writeQueueSize?: number;
  readonly bytesWritten?: number;
}

interface WithQueue {
  /** `_parent` is the TCP handle below a TLS one. */
  readonly _handle: (Queue & { readonly _parent?: Queue }) | null;
}

/** Bytes that the kernel has taken from a socket since the start, those of TLS included. */
export function bytesTakenFrom(socket: Socket): number {
  const own = (socket as unknown as WithQueue)._handle;
  const handle = own?._parent ?? own;
  return (handle?.bytesWritten ?? socket.bytesWritten) - (handle?.writeQueueSize ?? 0);
}
