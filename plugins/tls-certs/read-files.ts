import type { KeyObject, X509Certificate } from 'node:crypto';
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readPkcs12 } from '../../pki/index.ts';
import { certificateOfKey, createIdentity, type Identity, openKey, readCertificate } from './identity.ts';
import type { PemFiles, Pkcs12File } from './options.ts';
import { type PemBlocks, readPemBlocks } from './pem-blocks.ts';

/** What came of one file: a certificate with its key, or why not. */
export interface Reading {
  readonly file: string;
  readonly identity?: Identity;
  readonly problem?: string;
}

const maxFileBytes = 1_048_576;

/** @throws Error that names the file. */
function ofFile<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') throw new Error(`there is no file ${file}`);
    throw new Error(`${file} ${code === undefined ? message : `cannot be read: ${code}`}`);
  }
}

const reading = (file: string, read: () => Identity): Reading => {
  try {
    return { file, identity: read() };
  } catch (error) {
    return { file, problem: (error as Error).message };
  }
};

const readBlocks = (file: string): PemBlocks =>
  ofFile(file, () => readPemBlocks(readFileSync(file, 'latin1')));

/** Reads one entry of `certificates`. */
export function readListed(entry: PemFiles | Pkcs12File): Reading {
  return 'pkcs12' in entry
    ? reading(entry.pkcs12, () => readPacked(entry.pkcs12, entry.passphrase))
    : reading(entry.cert, () => readPair(entry));
}

function readPair({ cert, key: keyFile = cert, passphrase }: PemFiles): Identity {
  const { certificates } = readBlocks(cert);
  if (certificates.length === 0) throw new Error(`${cert} has no certificate in PEM`);
  const chain = ofFile(cert, () => certificates.map(readCertificate));
  const [pem] = readBlocks(keyFile).keys;
  if (pem === undefined) throw new Error(`${keyFile} has no private key in PEM`);
  const key = ofFile(keyFile, () => openKey(pem, passphrase));
  const own = certificateOfKey(chain, key);
  if (own === undefined) throw new Error(`${keyFile} is not the key of ${cert}`);
  return ofFile(cert, () => createIdentity(cert, own, key, chain));
}

function readPacked(file: string, passphrase: string): Identity {
  return ofFile(file, () => {
    const { certificates, keys } = readPkcs12(readFileSync(file), passphrase);
    const chain = certificates.map(readCertificate);
    if (keys.length === 0) throw new Error('has no private key');
    for (const key of keys.map((pem) => openKey(pem, undefined))) {
      const own = certificateOfKey(chain, key);
      if (own !== undefined) return createIdentity(file, own, key, chain);
    }
    throw new Error('has no certificate that belongs to its key');
  });
}

/** A folder with the folders in it, and all files in them: what has to be watched. */
export interface FolderContent {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/**
 * What is in a folder and one level below, without names that begin with a dot.
 * @throws Error when it cannot be listed.
 */
export function listFolder(directory: string): FolderContent {
  const entries = ofFile(directory, () => readdirSync(directory, { withFileTypes: true })).filter(isVisible);
  const paths = entries.map(({ name }) => join(directory, name)).sort();
  const below = paths.filter(isFolder);
  const inside = below.flatMap((folder) =>
    ofFile(folder, () => readdirSync(folder, { withFileTypes: true }))
      .filter(isVisible)
      .map(({ name }) => join(folder, name))
      .sort(),
  );
  return { folders: [directory, ...below], files: [...paths, ...inside].filter(isReadable) };
}

const isVisible = ({ name }: Dirent): boolean => !name.startsWith('.');

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

function isReadable(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true && stat.size <= maxFileBytes;
}

interface Found {
  readonly file: string;
  readonly certificates: readonly X509Certificate[];
  readonly keys: readonly KeyObject[];
}

/**
 * Reads the files of a folder: PKCS#12 by its ending `.p12` or `.pfx`, PEM by what is in it. Which key belongs to which
 * certificate is found out by trying, whatever the files are called.
 */
export function readFolder({ files }: FolderContent, passphrase: string | undefined): Reading[] {
  const packed = files.filter((file) => /\.(p12|pfx)$/i.test(file));
  const problems: Reading[] = [];
  const found = files
    .filter((file) => !packed.includes(file))
    .flatMap((file) => {
      try {
        return [readOne(file, passphrase)];
      } catch (error) {
        problems.push({ file, problem: (error as Error).message });
        return [];
      }
    });
  const keys = found.flatMap((each) => each.keys);
  const pairs = found.flatMap((each) => pairUp(each, keys));
  return [
    ...packed.map((file) => reading(file, () => readPacked(file, passphrase ?? ''))),
    ...pairs,
    ...problems,
  ];
}

function readOne(file: string, passphrase: string | undefined): Found {
  const { certificates, keys } = readBlocks(file);
  return ofFile(file, () => ({
    file,
    certificates: certificates.map(readCertificate),
    keys: keys.map((pem) => openKey(pem, passphrase)),
  }));
}

/** A file of authorities alone has no key, and needs none. */
function pairUp({ file, certificates }: Found, keys: readonly KeyObject[]): Reading[] {
  const [first] = certificates;
  if (first === undefined) return [];
  const key = keys.find((each) => first.checkPrivateKey(each));
  if (key !== undefined)
    return [reading(file, () => ofFile(file, () => createIdentity(file, first, key, certificates)))];
  return first.ca ? [] : [{ file, problem: `there is no key for ${file}` }];
}
