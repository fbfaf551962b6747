import { expect, test } from 'vitest';
import { readMessage } from '../../../../core/server/dry-run/message-text.ts';

const read = (text: string, hasBody?: boolean) => {
  const message = readMessage(Buffer.from(text, 'latin1'), hasBody);
  return message === undefined ? undefined : [message.head, message.body.toString()];
};

const whole: [string, readonly string[], string][] = [
  ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', ['GET / HTTP/1.1', 'Host: a'], ''],
  ['POST / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi', ['POST / HTTP/1.1', 'Content-Length: 2'], 'hi'],
  [
    'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n',
    ['POST / HTTP/1.1', 'Transfer-Encoding: chunked'],
    'hi!',
  ],
];

test.each(whole)('a message is read once all of it is there, however it was cut: %j', (text, head, body) => {
  for (let end = 0; end < text.length; end++) expect(read(text.slice(0, end))).toBeUndefined();
  expect(read(text)).toEqual([head, body]);
});

test('interim responses are passed over, 101 is not one', () => {
  const interim = 'HTTP/1.1 103 Early Hints\r\nLink: a\r\n\r\n';
  expect(read(interim)).toBeUndefined();
  expect(read(`${interim}HTTP/1.1 204 No Content\r\n\r\n`)).toEqual([['HTTP/1.1 204 No Content'], '']);
  expect(read('HTTP/1.1 101 Switching Protocols\r\n\r\n')).toEqual([
    ['HTTP/1.1 101 Switching Protocols'],
    '',
  ]);
});

test('the answer to HEAD and a 304 have a length but no body', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n';
  expect(read(head)).toBeUndefined();
  expect(read(head, false)).toEqual([['HTTP/1.1 200 OK', 'Content-Length: 9'], '']);
  expect(read(head.replace('200 OK', '304 Not Modified'))).toBeDefined();
});
