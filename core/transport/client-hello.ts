/** Type of a record that carries handshake messages (RFC 8446 5.1). */
export const handshakeRecord = 22;
const clientHelloMessage = 1;
const serverNameExtension = 0;
const hostName = 0;
const recordHeaderBytes = 5;
const maxRecordBytes = 16_384;
/** Bounds the work on a client that sends its hello in crumbs; a real one takes one record of 200 to 2,000 bytes. */
const maxHelloRecords = 8;
const maxHelloBytes = 32_768;
const versionAndRandomBytes = 34;

/** What a client said first. */
export interface ClientHello {
  /** Server name indication in lower case; undefined when there is none, or none that can be read. */
  readonly serverName: string | undefined;
}

const nothing = Buffer.alloc(0);
const unreadable: ClientHello = { serverName: undefined };

/** Reads numbers and vectors from front to back; what is beyond the end throws. */
class Cursor {
  readonly bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  number(size: number): number {
    this.#at += size;
    return this.bytes.readUIntBE(this.#at - size, size);
  }

  skip(size: number): void {
    this.#at += size;
  }

  /** A vector behind its length of `size` bytes. */
  vector(size: number): Buffer {
    const length = this.number(size);
    if (this.#at + length > this.bytes.length) throw new RangeError('A vector is longer than the message.');
    this.#at += length;
    return this.bytes.subarray(this.#at - length, this.#at);
  }
}

/**
 * Reads the first message of a TLS client (RFC 8446 4.1.2), which may be spread over records; undefined while the rest
 * of it has not come. Nothing is decided here but which certificate to show: what makes no sense is left to OpenSSL.
 */
export function readClientHello(bytes: Buffer): ClientHello | undefined {
  const message = handshakeMessage(bytes);
  if (message === undefined) return bytes.length > maxHelloBytes ? unreadable : undefined;
  try {
    return { serverName: serverNameOf(new Cursor(message)) };
  } catch {
    return unreadable;
  }
}

/** The body of the first handshake message, empty for anything that is not a ClientHello. */
function handshakeMessage(bytes: Buffer): Buffer | undefined {
  const pieces: Buffer[] = [];
  let gathered = 0;
  let at = 0;
  for (;;) {
    if (bytes.length < at + recordHeaderBytes) return undefined;
    const length = bytes.readUInt16BE(at + 3);
    const isUsual = bytes[at] === handshakeRecord && length > 0 && length <= maxRecordBytes;
    if (!isUsual || pieces.length === maxHelloRecords) return nothing;
    at += recordHeaderBytes;
    pieces.push(bytes.subarray(at, at + length));
    gathered += Math.min(length, bytes.length - at);
    at += length;
    const start = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
    if (gathered > 0 && start[0] !== clientHelloMessage) return nothing;
    if (gathered >= 4 && gathered >= 4 + start.readUIntBE(1, 3))
      return start.subarray(4, 4 + start.readUIntBE(1, 3));
  }
}

function serverNameOf(hello: Cursor): string | undefined {
  hello.skip(versionAndRandomBytes);
  hello.vector(1); // session id
  hello.vector(2); // cipher suites
  hello.vector(1); // compression methods
  if (hello.isAtEnd) return undefined;
  const extensions = new Cursor(hello.vector(2));
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const content = extensions.vector(2);
    if (type === serverNameExtension) return firstHostName(new Cursor(new Cursor(content).vector(2)));
  }
  return undefined;
}

/** RFC 6066 3: at most one name of a type; no dot at the end, and never an address. */
function firstHostName(names: Cursor): string | undefined {
  while (!names.isAtEnd) {
    const type = names.number(1);
    const name = names.vector(2);
    if (type !== hostName) continue;
    const text = name.toString('latin1').toLowerCase();
    return /^[a-z0-9_.-]{1,255}$/.test(text) ? text : undefined;
  }
  return undefined;
}
