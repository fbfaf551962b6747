import clientCert from 'hookway/plugins/client-cert';
import headers from 'hookway/plugins/headers';
import { startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';

const smuggling =
  'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n' +
  '2\r\nhi\r\n0\r\nClient-Cert: :Zm9yZ2Vk:\r\nX_User: root\r\nX-Debug: 1\r\nX-Sum: 7\r\n\r\n';

test('trailers bring nothing to a backend that plugins set or took away', async () => {
  await using gateway = await startTestGateway({
    plugins: [clientCert(), headers({ request: { set: { 'X-User': 'nobody' }, remove: ['x-debug'] } })],
  });
  const client = await gateway.connect();
  client.send(smuggling);
  const { raw } = await gateway.origin.waitForRequest();
  expect(raw.toString()).toMatch(/\r\n0\r\nX-Sum: 7\r\n\r\n$/);
  expect(raw.toString()).toContain('X-User: nobody\r\n');
});

test('trailers bring nothing to a client that plugins set or took away', async () => {
  const trailers = { 'X-Inside': 'b', X_Served_By: 'c', 'X-Sum': '7' };
  await using gateway = await startTestGateway({
    origin: { body: 'hi', chunked: 1, trailers },
    plugins: [headers({ response: { set: { 'X-Served-By': 'us' }, remove: ['X-Inside'] } })],
  });
  const answer = await gateway.fetch('/');
  expect(answer.trailers).toEqual({ 'x-sum': '7' });
});
