import { mkdtempSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { Authority, type IssuedFiles } from '../support/authority.ts';

/** What it takes to know each other; goes with the trial. */
export interface Identities extends Disposable {
  readonly authority: Authority;
  readonly server: IssuedFiles;
  readonly client: IssuedFiles;
}

export function makeIdentities(): Identities {
  const folder = mkdtempSync(join(tmpdir(), 'hookway-fuzz-tls-'));
  const authority = new Authority(folder);
  const client = authority.issue('alice', { usage: 'clientAuth', altNames: 'email:alice@app.test' });
  const server = authority.issue('app.test');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  return { authority, server, client, [Symbol.dispose]: remove };
}

interface Bridge extends AsyncDisposable {
  readonly port: number;
}

/** A port whose connections go on, with a client's certificate, to a port that speaks TLS. */
export async function openBridge(to: number, { authority, client }: Identities): Promise<Bridge> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (plain) => {
    const { cert, key } = client;
    const encrypted = connect({
      port: to,
      host: '127.0.0.1',
      ca: authority.cert,
      servername: 'app.test',
      cert,
      key,
    });
    plain.pipe(encrypted).pipe(plain);
    for (const socket of [plain, encrypted]) {
      sockets.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        sockets.delete(socket);
        plain.destroy();
        encrypted.destroy();
      });
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}
