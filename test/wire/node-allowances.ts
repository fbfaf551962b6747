import { METHODS } from 'node:http';

/** Something that Node's parser refuses in strict mode and the gateway takes, with the clause that lets it. */
interface Allowance {
  readonly why: string;
  readonly isMet: (bytes: string, methods: readonly string[]) => boolean;
}

const ofMessages: readonly Allowance[] = [
  {
    why: 'white space around a length or a coding may be a tab (RFC 9110 5.6.3, RFC 9112 5.1)',
    isMet: (bytes) =>
      /\r\n(?:content-length|transfer-encoding):(?:[ \t]*\t|[^\r\n\t]*\t[ \t]*\r\n)/i.test(bytes),
  },
  {
    why: 'chunk extensions are not looked at: they are dropped, with blanks in them or empty (RFC 9112 7.1.1)',
    isMet: (bytes) => /\r\n[0-9a-f]+;[^\r]*\r\n/i.test(bytes),
  },
  {
    why: 'fields of framing in trailers are ignored (RFC 9110 6.5.1)',
    isMet: (bytes) =>
      /\r\n0+(;[^\r]*)?\r\n(?:[^\r\n:]+:[^\r\n]*\r\n)*(?:content-length|transfer-encoding):/i.test(bytes),
  },
];

const ofRequests: readonly Allowance[] = [
  ...ofMessages,
  {
    why: 'methods are tokens, and a gateway forwards those that it does not know (RFC 9110 9.1, 16.1)',
    isMet: (_bytes, methods) => methods.some((method) => !METHODS.includes(method)),
  },
  {
    why: 'Node leaves HTTP behind CONNECT and Upgrade; who does not switch goes on (RFC 9110 7.8, 9.3.6)',
    isMet: (bytes) => /\r\nUpgrade:/i.test(bytes) || bytes.includes('CONNECT '),
  },
];

const ofResponses: readonly Allowance[] = [
  ...ofMessages,
  {
    why: 'a final response follows an interim one, also one of HTTP/1.0 or with Connection: close (RFC 9110 15.2)',
    isMet: (bytes) => /^HTTP\/1\.(?:0 1|1 1(?!01)[^]*?\r\nConnection: close)[^]*?\r\n\r\nHTTP\/1/.test(bytes),
  },
];

/** True when the gateway may take these bytes as a request, with the methods that it found, although Node does not. */
export const mayTakeRequest = (bytes: string, methods: readonly string[]): boolean =>
  ofRequests.some(({ isMet }) => isMet(bytes, methods));

/** True when the gateway may relay these bytes as a response although Node does not. */
export const mayRelayResponse = (bytes: string): boolean => ofResponses.some(({ isMet }) => isMet(bytes, []));
