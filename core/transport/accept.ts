import { Socket } from 'node:net';
import { Channel, type ChannelListener } from './channel.ts';

interface WithHandle {
  _handle: { reading: boolean; readStop(): number; useUserBuffer?: unknown } | null;
}

/**
 * Makes a channel of an accepted socket, which `net.Server` must have created with `pauseOnConnect` and whose bytes so
 * far nobody wants. A plain TCP
 * socket is rebuilt around its handle, because only the constructor takes `onread`; any other socket is read by events.
 */
export function acceptChannel(accepted: Socket, listener: ChannelListener): Channel {
  const channel = new Channel(listener, true);
  const owner = accepted as unknown as WithHandle;
  const handle = owner._handle;
  if (typeof handle?.useUserBuffer !== 'function') {
    channel.attach(accepted, true);
    accepted.resume();
    return channel;
  }
  if (handle.reading) handle.readStop();
  handle.reading = false;
  owner._handle = null;
  accepted.destroy();
  channel.attach(new Socket({ handle, onread: channel.readOptions, allowHalfOpen: true } as never));
  return channel;
}
