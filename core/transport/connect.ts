import { connect } from 'node:net';
import { connect as connectTls, type SecureContext } from 'node:tls';
import { Channel, type ChannelListener } from './channel.ts';

/** Where to connect to. */
export interface Endpoint {
  /** Name or address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Who waits for a connection: `onConnected` follows, or `onClose` with the cause. */
export interface DialListener extends ChannelListener {
  /** TCP is there, TLS begins. */
  onHandshake(): void;
  onConnected(): void;
}

/** Starts a connection. */
export type Dial = (listener: DialListener) => Channel;

/** What a client brings to one handshake. */
export interface TlsClientTerms {
  /** Authorities to trust, and the certificate to show when the server asks. */
  readonly secureContext: SecureContext;
  /** Asked for by SNI and verified; empty for the endpoint's host if that is an address. */
  readonly serverName: string;
  /** False lets anybody pass for the server. */
  readonly verifies: boolean;
}

/** Connects over TCP. */
export function dialTcp({ host, port }: Endpoint): Dial {
  return (listener) => {
    const channel = new Channel(listener, false);
    const onread = channel.readOptions;
    const socket = connect({ host, port, noDelay: true, allowHalfOpen: true, onread });
    channel.attach(socket);
    socket.once('connect', () => listener.onConnected());
    return channel;
  };
}

/** Connects with TLS; the session of the last connection is resumed. */
export function dialTls(
  { host, port }: Endpoint,
  { secureContext, serverName, verifies }: TlsClientTerms,
): Dial {
  const options = { host, port, secureContext, servername: serverName, rejectUnauthorized: verifies };
  const always = { ...options, allowHalfOpen: true, ALPNProtocols: ['http/1.1'] };
  let session: Buffer | undefined;
  return (listener) => {
    const channel = new Channel(listener, false);
    const socket = connectTls({ ...always, session, onread: channel.readOptions } as never);
    socket.setNoDelay(true);
    channel.attach(socket);
    socket.on('session', (fresh) => (session = fresh));
    socket.once('connect', () => listener.onHandshake());
    socket.once('secureConnect', () => listener.onConnected());
    socket.once('error', () => (session = undefined));
    return channel;
  };
}
