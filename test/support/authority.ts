import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const keyOptions = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
};

export interface IssueOptions {
  readonly key?: keyof typeof keyOptions;
  readonly days?: number;
  /** Default: `DNS:` the name, or `IP:` the address. */
  readonly altNames?: string;
  readonly usage?: 'serverAuth' | 'clientAuth';
}

/** Paths of the files and what is in them. */
export interface IssuedFiles {
  readonly certFile: string;
  readonly keyFile: string;
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority for tests, made with the openssl command in a folder, unless it is there already. */
export class Authority {
  readonly folder: string;
  readonly certFile: string;
  readonly cert: string;
  readonly #keyFile: string;
  #count = 0;

  constructor(folder: string, name = 'Test Authority') {
    const stem = join(folder, name.toLowerCase().replaceAll(' ', '-'));
    this.folder = folder;
    this.certFile = `${stem}.pem`;
    this.#keyFile = `${stem}.key`;
    if (!existsSync(this.certFile))
      this.#openssl('req', '-x509', ...keyOptions.ec, '-nodes', '-days', '30', '-subj', `/CN=${name}`, [
        '-keyout',
        this.#keyFile,
        '-out',
        this.certFile,
      ]);
    this.cert = readFileSync(this.certFile, 'latin1');
  }

  /** Makes a key and a certificate for it. */
  issue(name: string, options: IssueOptions = {}): IssuedFiles {
    const { key = 'ec', days = 10, usage = 'serverAuth' } = options;
    const stem = join(this.folder, `${name.replaceAll('*', 'any')}-${++this.#count}`);
    const [certFile, keyFile, request, extensions] = ['.pem', '.key', '.csr', '.ext'].map(
      (end) => stem + end,
    ) as [string, string, string, string];
    const kind = /^[\d.]+$|:/.test(name) ? 'IP' : 'DNS';
    const { altNames = `${kind}:${name}` } = options;
    writeFileSync(extensions, `subjectAltName=${altNames}\nextendedKeyUsage=${usage}\n`);
    this.#openssl('req', ...keyOptions[key], '-nodes', '-subj', `/CN=${name}`, [
      '-keyout',
      keyFile,
      '-out',
      request,
    ]);
    this.#openssl('x509', '-req', '-in', request, '-CA', this.certFile, '-CAkey', this.#keyFile, [
      '-CAcreateserial',
      '-days',
      String(days),
      '-extfile',
      extensions,
      '-out',
      certFile,
    ]);
    const read = (file: string): string => readFileSync(file, 'latin1');
    return { certFile, keyFile, cert: read(certFile), key: read(keyFile) };
  }

  #openssl(...args: (string | string[])[]): void {
    execFileSync('openssl', args.flat(), { stdio: ['ignore', 'ignore', 'pipe'] });
  }
}
