import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIP } from 'node:net';
import { promisify } from 'node:util';
import forge from 'node-forge';
import { certificatePem } from './pem.ts';
import { serialNumberOf } from './serial-number.ts';

const { pki, asn1 } = forge;
const { Class, Type } = asn1;
// the types of forge leave these out
const { getTBSCertificate } = pki as unknown as {
  readonly getTBSCertificate: (certificate: forge.pki.Certificate) => forge.asn1.Asn1;
};

const ecdsaWithSha256 = '1.2.840.10045.4.3.2';
const dayMs = 86_400_000;
/** Clocks of clients may be behind. */
const backdatedMs = 3_600_000;

export interface CertifiedKey {
  /** PEM. */
  readonly cert: string;
  /** PEM, not encrypted. */
  readonly key: string;
}

/** A certificate that others are signed with. */
export type Authority = CertifiedKey;

interface Draft {
  readonly subject: string;
  /** Undefined: it signs itself. */
  readonly authority: Authority | undefined;
  readonly publicKey: KeyObject;
  readonly issuerKey: KeyObject;
  readonly days: number;
  readonly nowMs: number;
  readonly extensions: readonly object[];
}

const makeKeyPair = promisify(generateKeyPair);

const spkiOf = (key: KeyObject): Buffer => key.export({ format: 'der', type: 'spki' });

/** RFC 5280 4.2.1.2: the hash of the key's bits, which are the last 65 bytes of a P-256 key. */
const keyIdentifierOf = (key: KeyObject): Buffer =>
  createHash('sha1').update(spkiOf(key).subarray(-65)).digest();

/** Makes a certificate authority with a key on P-256. */
export async function createAuthority(commonName: string, days: number, nowMs: number): Promise<Authority> {
  const { publicKey, privateKey } = await makeKeyPair('ec', { namedCurve: 'P-256' });
  const cert = certify({
    subject: commonName,
    authority: undefined,
    publicKey,
    issuerKey: privateKey,
    days,
    nowMs,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  return { cert, key: pemOf(privateKey) };
}

/** Makes a server's certificate for names and addresses, with a new key on P-256. */
export async function issueCertificate(
  names: readonly string[],
  authority: Authority,
  days: number,
  nowMs: number,
): Promise<CertifiedKey> {
  const { publicKey, privateKey } = await makeKeyPair('ec', { namedCurve: 'P-256' });
  const altNames = names.map((name) => (isIP(name) === 0 ? { type: 2, value: name } : { type: 7, ip: name }));
  const cert = certify({
    subject: names[0]!.slice(0, 64), // RFC 5280 ub-common-name
    authority,
    publicKey,
    issuerKey: createPrivateKey(authority.key),
    days,
    nowMs,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      { name: 'subjectAltName', altNames },
    ],
  });
  return { cert, key: pemOf(privateKey) };
}

const pemOf = (key: KeyObject): string => key.export({ format: 'pem', type: 'pkcs8' }) as string;

/** forge knows no EC keys: it writes the rest of the certificate, key and signature are put in. */
function certify(draft: Draft): string {
  const algorithm = sequence(
    asn1.create(Class.UNIVERSAL, Type.OID, false, asn1.oidToDer(ecdsaWithSha256).getBytes()),
  );
  const toBeSigned = getTBSCertificate(described(draft));
  const fields = toBeSigned.value as forge.asn1.Asn1[];
  fields[2] = algorithm;
  if (draft.authority !== undefined) fields[3] = subjectOf(draft.authority);
  fields[6] = asn1.fromDer(spkiOf(draft.publicKey).toString('latin1'));
  const signature = sign('sha256', derOf(toBeSigned), draft.issuerKey).toString('latin1');
  const bits = asn1.create(Class.UNIVERSAL, Type.BITSTRING, false, `\0${signature}`);
  return certificatePem(derOf(sequence(toBeSigned, algorithm, bits)));
}

function described({ subject, publicKey, issuerKey, days, nowMs, extensions }: Draft): forge.pki.Certificate {
  const certificate = pki.createCertificate();
  certificate.publicKey = placeholderKey();
  Object.assign(certificate.siginfo, { algorithmOid: ecdsaWithSha256 });
  certificate.serialNumber = serialNumberOf(randomBytes(16));
  certificate.validity.notBefore = new Date(nowMs - backdatedMs);
  certificate.validity.notAfter = new Date(nowMs + days * dayMs);
  certificate.setSubject([{ name: 'commonName', value: subject }]);
  certificate.setIssuer([{ name: 'commonName', value: subject }]);
  const own = octets(keyIdentifierOf(publicKey));
  const issuers = asn1.create(
    Class.CONTEXT_SPECIFIC,
    0,
    false,
    keyIdentifierOf(createPublicKey(issuerKey)).toString('latin1'),
  );
  certificate.setExtensions([
    ...extensions,
    { id: pki.oids['subjectKeyIdentifier'], value: asn1.toDer(own).getBytes() },
    { id: pki.oids['authorityKeyIdentifier'], value: asn1.toDer(sequence(issuers)).getBytes() },
  ]);
  return certificate;
}

/** Its name byte by byte, as verifiers compare it (RFC 5280 4.1.2.4). */
function subjectOf({ cert }: Authority): forge.asn1.Asn1 {
  const certificate = asn1.fromDer(new X509Certificate(cert).raw.toString('latin1'));
  const [signed] = certificate.value as forge.asn1.Asn1[];
  return (signed!.value as forge.asn1.Asn1[])[5]!;
}

const placeholderKey = (): forge.pki.rsa.PublicKey =>
  pki.setRsaPublicKey(new forge.jsbn.BigInteger('1'), new forge.jsbn.BigInteger('65537'));

const sequence = (...values: forge.asn1.Asn1[]): forge.asn1.Asn1 =>
  asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, values);

const octets = (bytes: Buffer): forge.asn1.Asn1 =>
  asn1.create(Class.UNIVERSAL, Type.OCTETSTRING, false, bytes.toString('latin1'));

const derOf = (value: forge.asn1.Asn1): Buffer => Buffer.from(asn1.toDer(value).getBytes(), 'latin1');
