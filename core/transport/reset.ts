import type { Socket } from 'node:net';

/** Breaks a connection off with a reset; one that is not there yet, or whose end is leaving right now, is closed. */
export function resetSocket(socket: Socket): void {
  const isEnding = socket.writableEnded && !socket.writableFinished && socket.writableLength === 0;
  // libuv refuses to reset while it shuts down (EINVAL), and Node.js never closes such a socket
  if (isEnding || socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}
