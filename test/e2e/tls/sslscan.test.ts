import { startTestGateway } from 'hookway/testing';
import { expect, test } from 'vitest';
import { Authority } from '../../support/authority.ts';
import { command, temporaryFolder } from '../peers.ts';
import { certificates } from './certificates.ts';

/** What sslscan finds at a gateway with an ECDSA and an RSA certificate, without colours. */
async function scan(...args: string[]): Promise<string> {
  const authority = new Authority(temporaryFolder());
  const chains = (['ec', 'rsa'] as const).map((key) => authority.issue('app.test', { key }));
  await using gateway = await startTestGateway({
    tls: true,
    plugins: [certificates(() => ({ '*': { chains } }))],
  });
  const target = `127.0.0.1:${gateway.port}`;
  const { stdout } = await command('sslscan', '--no-colour', '--sni-name=app.test', ...args, target);
  return stdout.toString();
}

test('sslscan finds nothing that is weak', async () => {
  const report = await scan();
  for (const version of ['SSLv2', 'SSLv3', 'TLSv1.0', 'TLSv1.1']) {
    expect(report).toMatch(new RegExp(`^${version.replace('.', '\\.')}\\s+disabled$`, 'm'));
  }
  for (const version of ['TLSv1.2', 'TLSv1.3'])
    expect(report).toMatch(new RegExp(`^${version.replace('.', '\\.')}\\s+enabled$`, 'm'));
  expect(report).toContain('Session renegotiation not supported');
  for (const version of ['TLSv1.3', 'TLSv1.2'])
    expect(report).toContain(`${version} not vulnerable to heartbleed`);
  expect(report).toMatch(/x25519/);
  expect(report).not.toMatch(/ffdhe/);
});

test('sslscan finds only suites with forward secrecy and authenticated encryption', async () => {
  const report = await scan('--no-heartbleed', '--no-renegotiation', '--no-groups');
  const suites = [...report.matchAll(/^(?:Accepted|Preferred)\s+TLSv1\.\d\s+\d+ bits\s+(\S+)/gm)].map(
    ([, suite]) => suite!,
  );
  expect(suites.length).toBeGreaterThan(5);
  for (const suite of suites)
    expect(suite).toMatch(/^(TLS_|ECDHE-(RSA|ECDSA)-)(AES|CHACHA20).*(GCM|POLY1305)/);
});
