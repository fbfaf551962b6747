import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startOrigin, startTestGateway } from 'hookway/testing';
import forwardedHeaders, { clientAddressOf } from 'hookway/plugins/forwarded-headers';
import { expect, test } from 'vitest';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { curl, startHaproxy, temporaryFolder } from '../peers.ts';
import { certificates } from './certificates.ts';

/** Certificate and key in one file, as HAProxy reads them. */
function pemOf({ certFile, keyFile }: IssuedFiles): string {
  const file = join(temporaryFolder(), 'both.pem');
  writeFileSync(file, readFileSync(certFile, 'utf8') + readFileSync(keyFile, 'utf8'));
  return file;
}

function megabyteFile(): string {
  const file = join(temporaryFolder(), 'megabyte');
  writeFileSync(file, Buffer.alloc(1_048_576, 'hookway '));
  return file;
}

test('HAProxy in front brings its clients over one verified TLS connection, and tells their addresses', async () => {
  const authority = new Authority(temporaryFolder());
  const app = { chains: [authority.issue('app.test')] };
  await using gateway = await startTestGateway({
    tls: true,
    plugins: [certificates(() => ({ 'app.test': app })), forwardedHeaders({ trust: ['127.0.0.1'] })],
  });
  const url = await startHaproxy(
    pemOf(authority.issue('127.0.0.1')),
    `http-reuse always
     option forwardfor
     http-request set-header X-Forwarded-Proto https
     server gateway 127.0.0.1:${gateway.port} ssl verify required ca-file ${authority.certFile} sni str(app.test)`,
  );
  const file = megabyteFile();
  for (const address of ['127.0.0.2', '127.0.0.3']) {
    const body = ['--data-binary', `@${file}`, '--header', 'Expect:'];
    const { status } = await curl(
      '--cacert',
      authority.certFile,
      '--interface',
      address,
      ...body,
      `${url}/a`,
    );
    expect(status).toBe(200);
  }
  const exchanges = [await gateway.waitForExchange(1), await gateway.waitForExchange(2)] as const;
  expect(exchanges.map(clientAddressOf)).toEqual(['127.0.0.2', '127.0.0.3']);
  expect(exchanges[0].connection.tls).toMatchObject({ protocol: 'TLSv1.3', serverName: 'app.test' });
  expect(exchanges[1].connection).toBe(exchanges[0].connection);
  for (const request of gateway.origin.requests) {
    expect(request.body.equals(readFileSync(file))).toBe(true);
    expect(request.header('x-forwarded-proto')).toBe('https');
  }
});

test('HAProxy is a backend over TLS: verified, asked by name, connections and sessions used again', async () => {
  const authority = new Authority(temporaryFolder());
  await using behind = await startOrigin({ body: 'behind HAProxy' });
  const url = await startHaproxy(
    pemOf(authority.issue('app.internal')),
    `http-response set-header X-Tls "%[ssl_fc_protocol] %[ssl_fc_sni] %[ssl_fc_is_resumed]"
     server behind ${behind.authority}`,
  );
  const tls = { ca: authority.certFile, serverName: 'app.internal' };
  await using gateway = await startTestGateway({ upstreams: { app: { backends: [url], tls } } });
  const body = readFileSync(megabyteFile());
  expect(await gateway.fetch('/a', { body })).toMatchObject({
    status: 200,
    body: 'behind HAProxy',
    headers: { 'x-tls': 'TLSv1.3 app.internal 0' },
  });
  expect(behind.requests[0]!.body.equals(body)).toBe(true);
  behind.script = async () => {
    await behind.waitForRequest(3); // so that one cannot have the connection of the other
    return { body: 'both' };
  };
  const answers = await Promise.all([gateway.fetch('/b'), gateway.fetch('/c')]);
  const connections = new Set(answers.map(({ headers }) => headers['x-tls']));
  expect(connections).toEqual(new Set(['TLSv1.3 app.internal 0', 'TLSv1.3 app.internal 1']));
});
