import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import type { X509Certificate } from 'node:crypto';
import { startTestGateway, type TestGateway } from 'hookway/testing';
import tlsCerts from 'hookway/plugins/tls-certs';
import { beforeEach, expect, test, vi } from 'vitest';
import { Authority, type IssuedFiles } from '../../support/authority.ts';
import { curl, temporaryFolder } from '../peers.ts';

type Options = Parameters<typeof tlsCerts>[0];

let folder: string;
let authority: Authority;

beforeEach(() => {
  folder = temporaryFolder();
  authority = new Authority(temporaryFolder());
});

const start = (options: Options): Promise<TestGateway> =>
  startTestGateway({ tls: true, plugins: [tlsCerts(options)] });

const listed = ({ certFile: cert, keyFile: key }: IssuedFiles) => ({ cert, key });

/** The certificate that a client gets that asks for that name. */
async function shown(
  { port }: TestGateway,
  servername?: string,
  more: object = {},
): Promise<X509Certificate> {
  const socket = connect({ port, ...(servername && { servername }), rejectUnauthorized: false, ...more });
  await once(socket, 'secureConnect');
  const certificate = socket.getPeerX509Certificate()!;
  socket.destroy();
  return certificate;
}

const subjectOf = async (gateway: TestGateway, name?: string): Promise<string> =>
  (await shown(gateway, name)).subject;

test('each name gets its certificate: exact before wildcard, which is one label deep, else the first', async () => {
  const issued = ['first.test', '*.dev.test', 'api.dev.test'].map((name) => authority.issue(name));
  await using gateway = await start({ certificates: issued.map(listed) });
  expect(await subjectOf(gateway, 'first.test')).toBe('CN=first.test');
  expect(await subjectOf(gateway, 'a.dev.test')).toBe('CN=*.dev.test');
  expect(await subjectOf(gateway, 'API.dev.test')).toBe('CN=api.dev.test');
  for (const unknown of ['a.b.dev.test', 'dev.test', 'other.test', undefined])
    expect(await subjectOf(gateway, unknown)).toBe('CN=first.test');
});

test('default names another certificate for the rest, or nobody', async () => {
  const issued = ['first.test', '*.dev.test'].map((name) => authority.issue(name));
  const certificates = issued.map(listed);
  await using other = await start({ certificates, default: '*.dev.test' });
  expect(await subjectOf(other)).toBe('CN=*.dev.test');
  await using none = await start({ certificates, default: false });
  await expect(shown(none, 'other.test')).rejects.toThrow('handshake failure');
  expect(await subjectOf(none, 'first.test')).toBe('CN=first.test');
});

test('curl verifies a chain with an intermediate authority, whatever order the file has', async () => {
  const extensions = join(folder, 'ca.ext');
  writeFileSync(extensions, 'basicConstraints=critical,CA:true\n');
  const [key, request, cert] = ['key', 'csr', 'pem'].map((end) => join(folder, `intermediate.${end}`)) as [
    string,
    string,
    string,
  ];
  const run = (...args: string[]): unknown => execFileSync('openssl', args, { stdio: 'ignore' });
  const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  run('req', ...ec, '-subj', '/CN=Intermediate', '-keyout', key, '-out', request);
  const signing = ['-CA', authority.certFile, '-CAkey', authority.certFile.replace('.pem', '.key')];
  run('x509', '-req', '-in', request, ...signing, '-CAcreateserial', '-extfile', extensions, '-out', cert);
  const leaf = new Authority(folder, 'Intermediate').issue('app.test');
  const both = join(folder, 'chain.pem');
  writeFileSync(both, authority.cert + readFileSync(cert, 'latin1') + leaf.cert + leaf.key);
  await using gateway = await start({ certificates: [{ cert: both }] });
  const url = `https://app.test:${gateway.port}/`;
  const resolve = `app.test:${gateway.port}:127.0.0.1`;
  expect((await curl('--cacert', authority.certFile, '--resolve', resolve, url)).status).toBe(200);
});

test('ECDSA and RSA certificates of one name stand side by side', async () => {
  const issued = (['ec', 'rsa'] as const).map((key) => authority.issue('app.test', { key }));
  await using gateway = await start({ certificates: issued.map(listed) });
  const kindFor = async (sigalgs: string): Promise<string | undefined> =>
    (await shown(gateway, 'app.test', { sigalgs })).publicKey.asymmetricKeyType;
  expect(await kindFor('ecdsa_secp256r1_sha256')).toBe('ec');
  expect(await kindFor('rsa_pss_rsae_sha256')).toBe('rsa');
});

test('PKCS#12 is read, also with RC2, and encrypted keys are opened', async () => {
  const { certFile, keyFile } = authority.issue('old.test', { key: 'rsa' });
  const packed = join(folder, 'old.p12');
  const openssl = (...args: string[]): unknown => execFileSync('openssl', args);
  openssl(
    'pkcs12',
    '-export',
    '-legacy',
    '-in',
    certFile,
    '-inkey',
    keyFile,
    '-out',
    packed,
    '-passout',
    'pass:x',
  );
  const other = authority.issue('other.test');
  const encrypted = join(folder, 'other.key');
  openssl('pkcs8', '-topk8', '-in', other.keyFile, '-out', encrypted, '-passout', 'pass:y');
  await using gateway = await start({
    certificates: [
      { pkcs12: packed, passphrase: 'x' },
      { cert: other.certFile, key: encrypted, passphrase: 'y' },
    ],
  });
  expect(await subjectOf(gateway, 'old.test')).toBe('CN=old.test');
  expect(await subjectOf(gateway, 'other.test')).toBe('CN=other.test');
});

test('a directory is searched: keys are found by trying, subfolders as certbot makes them included', async () => {
  const [one, two] = ['one.test', 'two.test'].map((name) => authority.issue(name)) as [
    IssuedFiles,
    IssuedFiles,
  ];
  copyFileSync(one.certFile, join(folder, 'a.crt'));
  copyFileSync(one.keyFile, join(folder, 'zzz'));
  writeFileSync(join(folder, 'README'), 'no certificate here');
  writeFileSync(join(folder, 'ca.pem'), authority.cert);
  mkdirSync(join(folder, 'two.test'));
  for (const name of ['cert.pem', 'fullchain.pem'])
    copyFileSync(two.certFile, join(folder, 'two.test', name));
  copyFileSync(two.keyFile, join(folder, 'two.test', 'privkey.pem'));
  await using gateway = await start({ directory: folder });
  expect(await subjectOf(gateway, 'one.test')).toBe('CN=one.test');
  expect(await subjectOf(gateway, 'two.test')).toBe('CN=two.test');
});

test.each<[string, (pair: IssuedFiles) => Options, RegExp]>([
  ['nothing', () => ({}), /needs certificates or a directory/],
  ['a missing file', () => ({ certificates: [{ cert: '/nowhere.pem' }] }), /there is no file \/nowhere\.pem/],
  ['a missing key', ({ certFile }) => ({ certificates: [{ cert: certFile }] }), /has no private key in PEM/],
  [
    'the key of another',
    ({ certFile }) => ({ certificates: [{ cert: certFile, key: authority.issue('b.test').keyFile }] }),
    /b\.test.*\.key is not the key of .*a\.test.*\.pem/,
  ],
  [
    'a key for a certificate',
    ({ keyFile }) => ({ certificates: [{ cert: keyFile }] }),
    /has no certificate in PEM/,
  ],
  [
    'something else for PKCS#12',
    ({ keyFile }) => ({ certificates: [{ pkcs12: keyFile }] }),
    /is not PKCS#12/,
  ],
  ['a missing directory', () => ({ directory: '/nowhere' }), /there is no file \/nowhere/],
  ['an empty directory', () => ({ directory: folder }), /there is no certificate in/],
  [
    'a default without a certificate',
    (pair) => ({ certificates: [listed(pair)], default: 'b.test' }),
    /default: there is no certificate for "b\.test"/,
  ],
])('%s is refused at start', async (_, options, message) => {
  await expect(start(options(authority.issue('a.test')))).rejects.toThrow(message);
});

test('a key that is too short is refused at start', async () => {
  const [cert, key] = [join(folder, 'short.pem'), join(folder, 'short.key')];
  const request = [
    'req',
    '-x509',
    '-newkey',
    'rsa:512',
    '-nodes',
    '-subj',
    '/CN=a.test',
    '-keyout',
    key,
    '-out',
    cert,
  ];
  execFileSync('openssl', request, { stdio: 'ignore' });
  await expect(start({ certificates: [{ cert, key }] })).rejects.toThrow('cannot be used: ee key too small');
});

test('changed files are read again; a broken one leaves the certificate before and says why', async () => {
  const [first, second] = [3, 9].map((days) => authority.issue('a.test', { days })) as [
    IssuedFiles,
    IssuedFiles,
  ];
  const [cert, key] = [join(folder, 'a.pem'), join(folder, 'a.key')];
  copyFileSync(first.certFile, cert);
  copyFileSync(first.keyFile, key);
  await using gateway = await start({ certificates: [{ cert, key }] });
  const serialOf = async (): Promise<string> => (await shown(gateway, 'a.test')).serialNumber;
  const before = await serialOf();

  writeFileSync(cert, 'broken');
  const { file, problem } = await gateway.waitForLog(
    ({ msg }) => msg === 'certificate refused, the one before stays',
  );
  expect([file, problem]).toEqual([cert, `${cert} has no certificate in PEM`]);
  expect(await serialOf()).toBe(before);

  copyFileSync(second.keyFile, join(folder, 'new.key'));
  renameSync(join(folder, 'new.key'), key);
  copyFileSync(second.certFile, join(folder, 'new.pem'));
  renameSync(join(folder, 'new.pem'), cert);
  // between the two renames key and certificate may be seen that do not belong together: then it stays as it was
  await vi.waitFor(async () => expect(await serialOf()).not.toBe(before), { timeout: 10_000 });
});

test('a directory follows files that come, go, and links that are led elsewhere', async () => {
  const [one, two] = ['one.test', 'two.test'].map((name) => authority.issue(name)) as [
    IssuedFiles,
    IssuedFiles,
  ];
  const data = { first: join(folder, '..first'), second: join(folder, '..second') };
  for (const [target, files] of [
    [data.first, [one]],
    [data.second, [one, two]],
  ] as const) {
    mkdirSync(target);
    for (const [at, { cert, key }] of files.entries()) writeFileSync(join(target, `${at}.pem`), cert + key);
  }
  const current = join(folder, 'current');
  symlinkSync(data.first, current);
  await using gateway = await start({ directory: folder, default: false });
  await expect(shown(gateway, 'two.test')).rejects.toThrow();
  symlinkSync(data.second, join(folder, '..next'));
  renameSync(join(folder, '..next'), current);
  await gateway.waitForLog(({ names }) => Array.isArray(names) && names.includes('two.test'));
  expect(await subjectOf(gateway, 'two.test')).toBe('CN=two.test');
  rmSync(join(data.second, '1.pem'));
  await gateway.waitForLog(() => {
    const last = gateway.logLines.filter(({ msg }) => msg === 'certificates read again').at(-1);
    return last !== undefined && !(last['names'] as string[]).includes('two.test');
  });
  await expect(shown(gateway, 'two.test')).rejects.toThrow();
});

test('the log warns of certificates that expire soon', async () => {
  const issued = authority.issue('a.test', { days: 5 });
  await using gateway = await start({ certificates: [listed(issued)] });
  const { level, days } = await gateway.waitForLog(({ msg }) =>
    String(msg).startsWith('certificate expires in'),
  );
  expect([level, days]).toEqual(['warn', 4]);
  const instrument = gateway.gateway.control.instruments
    .read()
    .find(({ name }) => name === 'tls_certs_expiry_timestamp_seconds')!;
  const [{ values, value } = { values: [], value: 0 }] = [...instrument];
  expect(values).toEqual(['a.test']);
  expect(Math.round((value - Date.now() / 1000) / 86_400)).toBe(5);
});
