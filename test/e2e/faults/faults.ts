import type { OriginAnswer } from 'hookway/testing';
import {
  answers,
  type Fault,
  kept,
  network,
  onConnection,
  refusing,
  silent,
  unaccepting,
} from './backends.ts';

const body = 'x'.repeat(1_000);
const whole = { body } as const satisfies OriginAnswer;
const chunks = { body, chunked: 100 } as const satisfies OriginAnswer;
const wholeHead = 'HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n';
const chunkedHead = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
const [head, chunkHead] = [wholeHead.length, chunkedHead.length];

const raw = (...texts: string[]): Fault[] => texts.map((text) => answers({ raw: text }));
const chunked = (...bodies: string[]): Fault[] => raw(...bodies.map((text) => chunkedHead + text));
const cut = (ending: 'close' | 'reset', answer: OriginAnswer, ...at: number[]): Fault[] =>
  at.map((cutAt) => answers({ ...answer, cutAt, ending }));
const interim = (count: number): OriginAnswer['interim'] =>
  Array.from({ length: count }, () => ({ status: 103, headers: { Link: '</a.css>' } }));

/**
 * What may be wrong with a backend or the network to it, by the name that it has in docs/faults.md; several of one name
 * are variants with the same effect.
 */
export const faults: Readonly<Record<string, readonly Fault[]>> = {
  // connections
  'refuses connections': [refusing],
  'neither accepts nor refuses connections': silent(unaccepting),
  'closes each connection at once': [onConnection((socket) => socket.destroy(), 'at once')],
  'resets each connection at once': [onConnection((socket) => socket.resetAndDestroy(), 'at once')],
  'accepts and says nothing': silent(answers({ cutAt: 0 })),

  // heads
  'closes the connection instead of an answer': cut('close', whole, 0),
  'resets the connection instead of an answer': cut('reset', whole, 0),
  'closes the connection in the head': cut('close', whole, 1, 9, 16, 17, 30, head - 1),
  'resets the connection in the head': cut('reset', whole, 1, 9, 16, 17, 30, head - 1),
  'stops in the head': silent(answers({ ...whole, cutAt: 20 })),
  'sends the head slowly': [answers({ status: 204, drip: { bytes: 4, everyMs: 2 } })],
  'sends garbage': raw(
    'SSH-2.0-OpenSSH_9.2\r\n\r\n',
    '\0\0\0\u0004\0\0\0\0\0',
    '\r\n\r\n\r\n',
    'HTTP/1.1 2x0 OK\r\n\r\n',
  ),
  'answers as HTTP/0.9 does': raw('<html>hello</html>\r\n', 'hello', 'HTML follows\r\n'),
  'speaks TLS to who does not': raw('\u0015\u0003\u0003\0\u0002\u0002\u0046'),
  'sends a head that is too long': raw(
    `HTTP/1.1 200 OK\r\nX: ${'x'.repeat(40_000)}`,
    `HTTP/1.1 200 OK\r\n${'X: 1\r\n'.repeat(1_000)}\r\n`,
  ),
  'contradicts itself about the length': raw(
    `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok`,
    `HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    `HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n`,
    `HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  ),
  'sends 20 interim responses first': [answers({ ...whole, interim: interim(20)! })],
  'sends interim responses without end': [answers({ ...whole, interim: interim(1_000)! })],
  'sends 100 (Continue) and no more': silent(answers({ raw: 'HTTP/1.1 100 Continue\r\n\r\n' })),
  'sends 103 (Early Hints) and closes': [
    answers({ raw: 'HTTP/1.1 103 Early Hints\r\n\r\n', ending: 'close' }),
  ],
  'switches to a protocol that was not offered': raw(
    'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n',
  ),
  'switches protocols without naming one': raw('HTTP/1.1 101 Switching Protocols\r\n\r\n'),

  // bodies
  'closes the connection in the body': [
    ...cut('close', whole, head, head + 1, head + 999),
    ...cut('close', chunks, chunkHead, chunkHead + 2, chunkHead + 150, chunkHead + 106, chunkHead + 1_062),
  ],
  'resets the connection in the body': [
    ...cut('reset', whole, head, head + 1, head + 999),
    ...cut('reset', chunks, chunkHead + 2, chunkHead + 150, chunkHead + 1_062),
    ...cut('reset', { body, contentLength: false }, 30),
  ],
  'stops in the body': silent(answers({ ...whole, cutAt: 500 }), answers({ ...chunks, cutAt: 500 })),
  'announces more than it sends, and closes': [answers({ body, contentLength: 1_001, ending: 'close' })],
  'announces less than it sends': [answers({ body: `${body}rest`, contentLength: 1_000 })],
  'sends a second answer behind the first': raw(`${wholeHead}${body}${wholeHead}${body}`),
  'sends the body slowly': [
    answers({ ...whole, drip: { bytes: 100, everyMs: 2 } }),
    answers({ ...chunks, drip: { bytes: 101, everyMs: 2 } }),
  ],
  'ends the body with the connection': [answers({ body, contentLength: false })],
  'sends broken chunks': chunked(
    'hello\r\n',
    '5\r\nhelloX',
    '5 hello\r\n0\r\n\r\n',
    '-5\r\nhello\r\n0\r\n\r\n',
    '5\nhello\n0\n\n',
    'fffffffffffff\r\nhello',
    `0\r\nX: ${'x'.repeat(10_000)}\r\n\r\n`,
    '0\r\nno trailer\r\n\r\n',
  ),

  // moments
  'answers 413 before the end of the request': [answers({ status: 413, body: 'no', isEarly: true })],
  'answers 413 before the end of the request and resets': [
    answers({ status: 413, body: 'no', isEarly: true, ending: 'reset' }),
  ],
  'closes the connection behind each answer': [answers({ ...whole, ending: 'close' })],
  'closes a kept connection when it is idle': [kept({ ...whole, ending: 'close' }, whole)],
  'closes a kept connection when the next request comes': [kept(whole, { cutAt: 0, ending: 'close' }, whole)],
  'resets a kept connection when the next request comes': [kept(whole, { cutAt: 0, ending: 'reset' }, whole)],
  'resets a kept connection in the next head': [kept(whole, { ...whole, cutAt: 20, ending: 'reset' }, whole)],
  'says Connection: close': [answers({ ...whole, headers: { Connection: 'close' } })],

  // the network
  'is far away': [network({ toBackend: { delayMs: 5 }, toGateway: { delayMs: 5 } })],
  'gets the request in part only': silent(
    ...[1, 20].map((passBytes) => network({ toBackend: { passBytes } })),
  ),
  'is cut off in its head, without a word': silent(
    ...[1, 20].map((passBytes) => network({ toGateway: { passBytes } })),
  ),
  'is cut off in its body, without a word': silent(
    ...[head, 500].map((passBytes) => network({ toGateway: { passBytes } })),
  ),
  'sees the request end in its head': [network({ toBackend: { passBytes: 20, ending: 'end' } })],
  'loses the connection in the request': [1, 20].map((passBytes) =>
    network({ toBackend: { passBytes, ending: 'reset' } }),
  ),
  'loses the connection in its head': [1, 20].map((passBytes) =>
    network({ toGateway: { passBytes, ending: 'reset' } }),
  ),
  'loses the connection in its body': [head + 1, 1_000].map((passBytes) =>
    network({ toGateway: { passBytes, ending: 'reset' } }),
  ),
};
