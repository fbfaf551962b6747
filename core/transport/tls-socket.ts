import type { Socket } from 'node:net';
import { type SecureContext, TLSSocket } from 'node:tls';
import { Channel, type ChannelListener } from './channel.ts';

/** What a server brings to one handshake. */
export interface TlsTerms {
  readonly secureContext: SecureContext;
  /** Asks the client for a certificate. */
  readonly asksForCertificate: boolean;
  /** Breaks the handshake off when the client has none. */
  readonly requiresCertificate: boolean;
  /** Names of protocols in the order of preference, each behind a byte with its length (RFC 7301 3.1). */
  readonly protocols: Buffer;
}

/** The handle of a TCP socket, as far as it is needed to hand it on. */
interface Handle {
  reading: boolean;
  readStop(): number;
  useUserBuffer?: unknown;
}

interface WithHandle {
  _handle: Handle | null;
}

/** Members of a TLSSocket that have no public name, the same in Node.js 20, 22 and 24. */
interface Internals {
  connecting: boolean;
  readonly _tlsOptions: { readonly handle?: Handle };
  readonly _handle: { receive(bytes: Buffer): void; verifyError(): NodeJS.ErrnoException | null } | null;
  _releaseControl(): boolean;
}

type WrapHandle = (this: TLSSocket, wrap: unknown, handle: Handle | undefined, ...rest: unknown[]) => unknown;

const wrapHandle = (TLSSocket.prototype as unknown as { _wrapHandle?: WrapHandle })._wrapHandle;

const internalsOf = (socket: TLSSocket): Internals => socket as unknown as Internals;

/** A server's TLS socket around the handle of an accepted one: only so does it take `onread`. */
class AdoptingTlsSocket extends TLSSocket {
  /** For the constructor, which without a socket would make a handle to connect with. */
  protected _wrapHandle(wrap: unknown, handle: Handle | undefined, ...rest: unknown[]): unknown {
    return wrapHandle!.call(this, wrap, handle ?? internalsOf(this)._tlsOptions.handle, ...rest);
  }
}

/** An accepted connection that has begun to speak TLS. */
export interface StartedTls {
  readonly socket: TLSSocket;
  readonly channel: Channel;
}

/**
 * Starts the server's side of TLS on an accepted socket of which `read` has been read; the socket is not to be used any
 * more. `secure` follows as an event of the new socket, or the listener's `onClose` with the cause.
 */
export function startTls(
  accepted: Socket,
  read: Buffer,
  terms: TlsTerms,
  listener: ChannelListener,
): StartedTls {
  const channel = new Channel(listener, true);
  const more = accepted.read() as Buffer | null; // came while the certificate was being looked for
  const all = more === null ? read : Buffer.concat([read, more]);
  const owner = accepted as unknown as WithHandle;
  const mayAdopt = wrapHandle !== undefined && typeof owner._handle?.useUserBuffer === 'function';
  const socket = mayAdopt ? adopt(owner, accepted, all, terms, channel) : wrap(accepted, all, terms);
  channel.attach(socket, !mayAdopt);
  // from now on an error of the TLS layer is one of the socket; before, a tls.Server would have to ask for it
  internalsOf(socket)._releaseControl();
  return { socket, channel };
}

function optionsOf(terms: TlsTerms): object {
  return {
    isServer: true,
    secureContext: terms.secureContext,
    requestCert: terms.asksForCertificate,
    rejectUnauthorized: terms.requiresCertificate,
    ALPNProtocols: terms.protocols,
  };
}

function adopt(
  owner: WithHandle,
  accepted: Socket,
  read: Buffer,
  terms: TlsTerms,
  channel: Channel,
): TLSSocket {
  const handle = owner._handle!;
  handle.readStop();
  handle.reading = false;
  owner._handle = null;
  accepted.destroy();
  const options = { ...optionsOf(terms), handle, onread: channel.readOptions, allowHalfOpen: true };
  const socket = new AdoptingTlsSocket(undefined as never, options as never);
  internalsOf(socket).connecting = false; // it is neither, but without a socket it takes itself for a client's
  internalsOf(socket)._handle!.receive(read);
  return socket;
}

/** The documented way, for a Node.js whose sockets look different: reads by events. */
function wrap(accepted: Socket, read: Buffer, terms: TlsTerms): TLSSocket {
  accepted.pause();
  accepted.unshift(read);
  return new TLSSocket(accepted, optionsOf(terms));
}

/** Why the certificate of the client cannot be trusted; undefined when it can. */
export function verifyErrorOf(socket: TLSSocket): NodeJS.ErrnoException | undefined {
  return internalsOf(socket)._handle?.verifyError() ?? undefined;
}
