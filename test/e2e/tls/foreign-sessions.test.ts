import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Authority } from '../../support/authority.ts';
import { certificates } from './certificates.ts';

interface Outcome {
  readonly isAnswered: boolean;
  readonly isResumed: boolean;
  /** With its ticket. */
  readonly session: Buffer | undefined;
}

/** Sends a request, over a session that was begun elsewhere. */
function ask({ port }: TestGateway, version: 'TLSv1.2' | 'TLSv1.3', begun?: Buffer): Promise<Outcome> {
  const own = { port, host: '127.0.0.1', minVersion: version, maxVersion: version };
  const socket = connect({ ...own, rejectUnauthorized: false, session: begun });
  let isAnswered = false;
  let isResumed = false;
  let session: Buffer | undefined;
  socket.write('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n');
  socket.on('secureConnect', () => (isResumed = socket.isSessionReused()));
  socket.on('session', (given: Buffer) => (session = given));
  socket.on('data', () => (isAnswered = true));
  socket.on('error', () => {});
  return new Promise((resolve) => {
    socket.on('close', () => resolve({ isAnswered, isResumed, session }));
  });
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)(
  'a session begun without a certificate is resumed only where none is required, over %s',
  async (version) => {
    const folder = mkdtempSync(join(tmpdir(), 'hookway-sessions-'));
    const authority = new Authority(folder);
    const server = authority.issue('app.test');
    const clientCa = authority.certFile;
    const plugins = [certificates(() => ({ '*': { chains: [server] } }))];
    await using open = await startTestGateway({ tls: true, plugins });
    await using asking = await startTestGateway({ tls: { clientCertificate: 'request', clientCa }, plugins });
    await using closed = await startTestGateway({ tls: { clientCertificate: 'require', clientCa }, plugins });
    for (const from of [open, asking]) {
      const { session } = await ask(from, version);
      expect(session).toBeDefined();
      expect(await ask(from, version, session)).toMatchObject({ isAnswered: true, isResumed: true });
      expect(await ask(closed, version, session)).toMatchObject({ isAnswered: false, isResumed: false });
    }
    rmSync(folder, { recursive: true, force: true });
  },
);
