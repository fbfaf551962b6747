/** A message as it stands on the wire. */
export interface MessageText {
  /** First line and field lines. */
  readonly head: readonly string[];
  /** Bytes of the body, transfer coding removed. */
  readonly body: Buffer;
}

const chunkedPattern = /\r\nTransfer-Encoding: chunked(\r\n|$)/i;
const lengthPattern = /\r\nContent-Length: ([0-9]+)(\r\n|$)/i;
const interimPattern = /^HTTP\/1\.1 1(?!01)[0-9]{2} /;

function chunksOf(bytes: Buffer): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return undefined;
    const size = Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    at = lineEnd + 2;
    if (size === 0) return bytes.indexOf('\r\n', at) < 0 ? undefined : Buffer.concat(chunks);
    if (at + size + 2 > bytes.length) return undefined;
    chunks.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}

function bodyOf(head: string, rest: Buffer): Buffer | undefined {
  if (chunkedPattern.test(head)) return chunksOf(rest);
  const length = Number(lengthPattern.exec(head)?.[1] ?? 0);
  return rest.length < length ? undefined : rest.subarray(0, length);
}

/**
 * Reads what this gateway wrote, up to the end of the first message that is not interim; undefined while it is not
 * complete. `hasBody` is false for the answer to HEAD, which has a length but no bytes.
 */
export function readMessage(bytes: Buffer, hasBody = true): MessageText | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const rest = bytes.subarray(end + 4);
  if (interimPattern.test(head)) return readMessage(rest, hasBody);
  const body = hasBody && !head.startsWith('HTTP/1.1 304') ? bodyOf(head, rest) : Buffer.alloc(0);
  return body === undefined ? undefined : { head: head.split('\r\n'), body };
}
