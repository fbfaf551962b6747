import { connect } from 'node:net';
import { Channel, type ChannelListener } from './channel.ts';

/** Where to connect to. */
export interface Endpoint {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Starts a TCP connection; `onConnected` follows, or the listener's `onClose` with the cause. */
export function connectChannel(
  endpoint: Endpoint,
  listener: ChannelListener,
  onConnected: () => void,
): Channel {
  const channel = new Channel(listener, false);
  const socket = connect({
    host: endpoint.host,
    port: endpoint.port,
    noDelay: true,
    allowHalfOpen: true,
    onread: channel.readOptions,
  });
  channel.attach(socket);
  socket.once('connect', onConnected);
  return channel;
}
