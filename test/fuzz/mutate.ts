import type { Random } from './random.ts';

/** Pieces that mean something to a parser of HTTP. */
const words = [
  '\r\n',
  '\n',
  '\r',
  '\r\n\r\n',
  ' ',
  '\t',
  '\0',
  ':',
  ';',
  ',',
  '/',
  '//',
  '/../',
  '%2e%2e',
  '%',
  '?',
  '#',
  '*',
  '[',
  ']',
  '@',
  'GET',
  'POST',
  'HEAD',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'HTTP/1.1',
  'HTTP/1.0',
  'HTTP/2.0',
  ' 200 OK',
  ' 204 ',
  ' 101 ',
  ' 100 ',
  ' 304 ',
  'Host: a\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: 0\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Connection: close\r\n',
  'Connection: upgrade\r\nUpgrade: a\r\n',
  'TE: trailers\r\n',
  'Expect: 100-continue\r\n',
  'chunked',
  '0\r\n\r\n',
  '5\r\nhello\r\n',
  '5;a=b\r\n',
  'ffffffffffff',
  '9007199254740993',
  '18446744073709551616',
  '-1',
  '+1',
  '0x1',
  '\xff',
  '\x7f',
  '\x85',
  'http://a',
  '[::1]:80',
  // and to plugins
  '"',
  '\\"',
  '=',
  '(',
  '%0d%0aX-Smuggled: 1',
  '%00',
  '\u008d\u008aX-Smuggled: 1',
  '\xe2\x80\xa8',
  '\x1b[31m',
  '{client.address}',
  '<b>',
  'q=0.',
  'for=',
  '127.0.0.1',
  '__proto__',
];

type Mutation = (bytes: Buffer, random: Random, seeds: readonly Buffer[]) => Buffer;

function splice(bytes: Buffer, at: number, removed: number, added: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, at), added, bytes.subarray(at + removed)]);
}

const slice = (bytes: Buffer, random: Random): Buffer => {
  const at = random.below(bytes.length + 1);
  return bytes.subarray(at, at + 1 + random.below(32));
};

const mutations: readonly Mutation[] = [
  // another byte, another bit
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1, Buffer.from([random.below(256)])),
  (bytes, random) => {
    const copy = Buffer.from(bytes);
    if (copy.length > 0) copy[random.below(copy.length)]! ^= 1 << random.below(8);
    return copy;
  },
  // less, more, twice
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 1 + random.below(16), Buffer.alloc(0)),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, Buffer.from([random.below(256)])),
  (bytes, random) => splice(bytes, random.below(bytes.length + 1), 0, slice(bytes, random)),
  (bytes, random) =>
    splice(bytes, random.below(bytes.length + 1), random.below(4), Buffer.from(random.pick(words), 'latin1')),
  // from elsewhere
  (bytes, random, seeds) =>
    splice(bytes, random.below(bytes.length + 1), 0, slice(random.pick(seeds), random)),
  (bytes, random, seeds) => {
    const other = random.pick(seeds);
    return Buffer.concat([
      bytes.subarray(0, random.below(bytes.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  },
];

const maxBytes = 4_096;

/** One of the seeds, changed in one to six places. */
export function mutate(seeds: readonly Buffer[], random: Random): Buffer {
  let bytes = random.pick(seeds);
  for (let times = 1 + random.below(6); times > 0; times--)
    bytes = random.pick(mutations)(bytes, random, seeds);
  return bytes.subarray(0, maxBytes);
}
