import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAuthority, issueCertificate, readPkcs12 } from '../../../pki/index.ts';
import { Authority, type IssuedFiles } from '../../support/authority.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'hookway-pki-'));
  return () => rmSync(folder, { recursive: true, force: true });
});

const openssl = (...args: string[]): string =>
  execFileSync('openssl', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });

function write(name: string, content: string): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

describe('an authority of our own', () => {
  test('is one that openssl verifies strictly, and so are its certificates', async () => {
    const authority = await createAuthority('Local, "Test" + <Ä>', 100, Date.now());
    const leaf = await issueCertificate(
      ['app.test', '*.dev.test', '127.0.0.1', '::1'],
      authority,
      10,
      Date.now(),
    );
    const ca = write('ca.pem', authority.cert);
    const cert = write('leaf.pem', leaf.cert);
    const verify = (...args: string[]): string =>
      openssl('verify', '-x509_strict', '-CAfile', ca, ...args, cert);
    expect(verify('-purpose', 'sslserver', '-verify_hostname', 'app.test')).toContain('OK');
    expect(verify('-verify_hostname', 'a.dev.test')).toContain('OK');
    expect(verify('-verify_ip', '127.0.0.1')).toContain('OK');
    expect(verify('-verify_ip', '::1')).toContain('OK');
    expect(() => verify('-verify_hostname', 'other.test')).toThrow();
  });

  test('issues keys on P-256 that fit, for the days that are asked for', async () => {
    const now = Date.UTC(2030, 0, 1);
    const authority = await createAuthority('Local Test', 100, now);
    const leaf = await issueCertificate(['app.test'], authority, 10, now);
    const read = new X509Certificate(leaf.cert);
    const { publicKey } = read;
    expect(publicKey.asymmetricKeyDetails!.namedCurve).toBe('prime256v1');
    expect(read.verify(new X509Certificate(authority.cert).publicKey)).toBe(true);
    expect(read.ca).toBe(false);
    expect(new Date(read.validTo)).toEqual(new Date(Date.UTC(2030, 0, 11)));
    expect(new Date(read.validFrom)).toEqual(new Date(Date.UTC(2029, 11, 31, 23)));
    expect(new X509Certificate(authority.cert).ca).toBe(true);
  });

  test('gives each certificate another serial number', async () => {
    const authority = await createAuthority('Local Test', 100, Date.now());
    const issue = () => issueCertificate(['app.test'], authority, 10, Date.now());
    const serials = (await Promise.all([issue(), issue()])).map(
      ({ cert }) => new X509Certificate(cert).serialNumber,
    );
    expect(new Set(serials).size).toBe(2);
  });
});

describe('PKCS#12', () => {
  let issued: Record<'ec' | 'rsa', IssuedFiles>;
  let authority: Authority;

  beforeAll(() => {
    authority = new Authority(folder);
    issued = { ec: authority.issue('app.test'), rsa: authority.issue('app.test', { key: 'rsa' }) };
  });

  const pack = (kind: 'ec' | 'rsa', ...args: string[]): Buffer => {
    const { certFile, keyFile } = issued[kind];
    const file = join(folder, 'packed.p12');
    const what = ['-in', certFile, '-inkey', keyFile, '-certfile', authority.certFile];
    openssl('pkcs12', '-export', ...what, '-out', file, '-passout', 'pass:secret', ...args);
    return readFileSync(file);
  };

  test.each<['ec' | 'rsa', string, string[]]>([
    ['rsa', 'of today', []],
    ['ec', 'of today', []],
    [
      'rsa',
      'with triple DES',
      ['-legacy', '-certpbe', 'PBE-SHA1-3DES', '-keypbe', 'PBE-SHA1-3DES', '-macalg', 'sha1'],
    ],
    ['rsa', 'with RC2 of 40 bits', ['-legacy']],
    ['ec', 'with RC2 of 40 bits', ['-legacy']],
    ['rsa', 'without encryption', ['-certpbe', 'NONE', '-keypbe', 'NONE']],
  ])('%s key, %s: certificates and key come out', (kind, _, args) => {
    const { certificates, keys } = readPkcs12(pack(kind, ...args), 'secret');
    expect(certificates.map((cert) => new X509Certificate(cert).subject)).toEqual([
      'CN=app.test',
      'CN=Test Authority',
    ]);
    expect(keys).toHaveLength(1);
    const file = write('out.key', keys[0]!);
    expect(openssl('pkey', '-in', file, '-pubout')).toBe(
      openssl('pkey', '-in', issued[kind].keyFile, '-pubout'),
    );
  });

  test('is told apart from a wrong passphrase and from something else', () => {
    expect(() => readPkcs12(pack('rsa'), 'wrong')).toThrow('is not opened by the passphrase');
    expect(() => readPkcs12(pack('rsa', '-legacy'), '')).toThrow('is not opened by the passphrase');
    expect(() => readPkcs12(Buffer.from('something else'), 'secret')).toThrow('is not PKCS#12');
  });
});
