import { expect, test } from 'vitest';
import { definePlugin } from 'hookway';
import { startTestGateway } from 'hookway/testing';
import clientCert from 'hookway/plugins/client-cert';
import forwardedHeaders from 'hookway/plugins/forwarded-headers';
import headers from 'hookway/plugins/headers';
import requestId from 'hookway/plugins/request-id';
import type { PluginEntry } from 'hookway';

const own = definePlugin({
  name: 'own',
  setup: ({ hooks }) => hooks.onRequest.tap(({ outbound }) => outbound.fields.set('X-Own-Name', 'gateway')),
});

const owners: readonly [owner: string, plugin: PluginEntry, names: readonly string[]][] = [
  ['a plugin that sets it', own(), ['X_Own_Name', 'x-own_NAME']],
  ['headers, set', headers({ request: { set: { 'X-User': 'nobody' } } }), ['X_User']],
  ['headers, set to nothing', headers({ request: { set: { 'X-User': '{request.header.no}' } } }), ['X_User']],
  ['headers, removed', headers({ request: { remove: ['X-User-Id'] } }), ['X_User_Id', 'X-User_Id']],
  ['request-id', requestId(), ['X_Request_Id', 'X-Request_ID']],
  ['client-cert', clientCert(), ['Client_Cert', 'CLIENT_CERT_CHAIN']],
  [
    'forwarded-headers',
    forwardedHeaders(),
    ['X_Forwarded_For', 'X-Forwarded_Proto', 'X_Real_IP', 'X_Forwarded_Host'],
  ],
];

// CGI, WSGI and PHP name a field HTTP_X_USER, whichever of the two it was
test.each(owners)('a client cannot speak with underscores in the name of %s', async (_, plugin, names) => {
  await using gateway = await startTestGateway({ plugins: [plugin] });
  using client = await gateway.connect();
  const forged = names.map((name) => `${name}: forged\r\n`).join('');
  client.send(`GET / HTTP/1.1\r\nHost: a.example\r\n${forged}Other_Name: kept\r\n\r\n`);
  expect((await client.readResponse()).status).toBe(200);
  const request = await gateway.origin.waitForRequest();
  expect(request.headers.filter(([, value]) => value.includes('forged'))).toEqual([]);
  expect(request.header('other_name')).toBe('kept');
});
