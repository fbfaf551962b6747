import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ConnectionTls } from '../pipeline/exchange.ts';
import type { Channel, ChannelListener } from '../transport/channel.ts';
import { handshakeRecord, readClientHello } from '../transport/client-hello.ts';
import { startTls, type TlsTerms, verifyErrorOf } from '../transport/tls-socket.ts';
import { Deadline, type DeadlineOwner } from '../transport/timer-wheel.ts';
import { hasExpired } from './client-expiry.ts';
import type { ListenerTls } from './listener-tls.ts';

/** Who waits for the handshake; told once, unless it is destroyed before. */
export interface HandshakeOwner {
  /** Asked when the client has said which server it wants. */
  readonly listenerTls: ListenerTls | undefined;
  /** The bytes that follow go to whoever takes the channel over now. */
  onSecure(channel: Channel, tls: ConnectionTls): void;
  /** The client does not speak TLS. What it sent so far has been read, the rest has not. */
  onNotTls(socket: Socket): void;
  onHandshakeFailed(reason: Error): void;
  /** The gateway's own failure: a certificate could not be made or used. */
  onNoTerms(cause: Error, serverName: string | undefined): void;
}

/** Clients of SSL 2 begin so; OpenSSL knows what to tell them. */
const isTls = (first: number): boolean => first === handshakeRecord || first >= 0x80;

/** From an accepted socket to an encrypted channel: reads who is asked for, finds the certificate, shakes hands. */
export class Handshake implements ChannelListener, DeadlineOwner {
  readonly #accepted: Socket;
  readonly #owner: HandshakeOwner;
  readonly #deadline = new Deadline(this);
  #hello: Buffer | undefined;
  #serverName: string | undefined;
  #socket: TLSSocket | undefined;
  #channel: Channel | undefined;
  #isOver = false;

  constructor(accepted: Socket, owner: HandshakeOwner, timeoutMs: number) {
    this.#accepted = accepted;
    this.#owner = owner;
    this.#deadline.arm(timeoutMs);
    accepted.on('error', this.#onError);
    accepted.on('end', this.#onEnd);
    accepted.on('data', this.#onFirstBytes);
    accepted.resume();
  }

  /** Gives up without a word. */
  destroy(): void {
    this.#isOver = true;
    this.#deadline.release();
    this.#accepted.destroy();
    this.#socket?.destroy();
  }

  onBytes(): void {}

  onEnd(): void {
    this.#fail(new Error('The client ended the connection.'));
  }

  onDrain(): void {}

  onClose(cause: Error | undefined): void {
    this.#fail(cause ?? new Error('The client closed the connection.'));
  }

  onDeadline(): void {
    this.#fail(new Error('The handshake took too long.'));
  }

  readonly #onError = (error: Error): void => this.#fail(error);

  readonly #onEnd = (): void => this.onEnd();

  readonly #onFirstBytes = (bytes: Buffer): void => {
    const hello = this.#hello === undefined ? bytes : Buffer.concat([this.#hello, bytes]);
    this.#hello = hello;
    if (!isTls(hello[0]!)) return this.#leaveToOwner();
    const said = hello[0] === handshakeRecord ? readClientHello(hello) : { serverName: undefined };
    if (said === undefined) return;
    this.#serverName = said.serverName;
    this.#findTerms();
  };

  #findTerms(): void {
    const { listenerTls } = this.#owner;
    if (listenerTls === undefined) return this.#fail(new Error('The listener has no TLS any more.'));
    try {
      const terms = listenerTls.termsFor(this.#serverName);
      if (terms instanceof Promise) this.#waitFor(terms);
      else this.#start(terms);
    } catch (error) {
      this.#failForLackOfTerms(error as Error);
    }
  }

  #waitFor(terms: Promise<TlsTerms>): void {
    this.#accepted.off('data', this.#onFirstBytes);
    this.#accepted.pause();
    terms
      .then((found) => {
        if (!this.#isOver) this.#start(found);
      })
      .catch((error: Error) => this.#failForLackOfTerms(error));
  }

  #start(terms: TlsTerms): void {
    this.#stopReading();
    const { socket, channel } = startTls(this.#accepted, this.#hello!, terms, this);
    this.#hello = undefined;
    this.#socket = socket;
    this.#channel = channel;
    socket.once('secure', () => this.#onSecure(socket, terms));
  }

  #onSecure(socket: TLSSocket, terms: TlsTerms): void {
    if (this.#isOver) return;
    const clientCertificate = terms.asksForCertificate ? socket.getPeerX509Certificate() : undefined;
    const refusal = clientCertificate === undefined ? undefined : verifyErrorOf(socket);
    if (refusal !== undefined) return this.#fail(refusal);
    if (clientCertificate !== undefined && hasExpired(clientCertificate, Date.now()))
      return this.#fail(new Error('The certificate of the client has expired.'));
    if (clientCertificate === undefined && terms.requiresCertificate)
      return this.#fail(new Error('The client has no certificate.'));
    this.#isOver = true;
    this.#deadline.release();
    this.#owner.onSecure(this.#channel!, {
      protocol: socket.getProtocol() ?? 'unknown',
      cipher: socket.getCipher().standardName,
      serverName: this.#serverName,
      alpn: socket.alpnProtocol || undefined,
      isResumed: socket.isSessionReused(),
      clientCertificate,
    });
  }

  #leaveToOwner(): void {
    this.#isOver = true;
    this.#deadline.release();
    this.#stopReading();
    this.#owner.onNotTls(this.#accepted);
  }

  #stopReading(): void {
    this.#accepted.off('data', this.#onFirstBytes);
    this.#accepted.off('end', this.#onEnd);
    this.#accepted.off('error', this.#onError);
  }

  #failForLackOfTerms(cause: Error): void {
    if (this.#isOver) return;
    this.destroy();
    this.#owner.onNoTerms(cause, this.#serverName);
  }

  #fail(reason: Error): void {
    if (this.#isOver) return;
    this.destroy();
    this.#owner.onHandshakeFailed(reason);
  }
}
