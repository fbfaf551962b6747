import type { ServerCertificate } from '../../core/index.ts';
import type { Identity } from './identity.ts';
import { NameIndex } from './name-index.ts';
import type { Options } from './options.ts';
import { type FolderContent, listFolder, readFolder, type Reading, readListed } from './read-files.ts';

/** What was found wrong when files were read again, and what goes on in their place. */
export interface KeptFile {
  readonly file: string;
  readonly problem: string;
  /** True when the certificate that was read from it before stays in use. */
  readonly isKept: boolean;
}

/** The certificates in use, and the files that they come from. */
export class CertificateStore {
  readonly #options: Options;
  #index = new NameIndex([]);
  #folder: FolderContent | undefined;

  /** @throws Error with everything that is wrong. */
  constructor(options: Options) {
    this.#options = options;
    const readings = this.#read();
    const problems = readings.flatMap(({ problem }) => problem ?? []);
    if (problems.length > 0) throw new Error(problems.join('; '));
    this.#index = new NameIndex(readings.flatMap(({ identity }) => identity ?? []));
    if (this.identities.length === 0) throw new Error(`there is no certificate in ${options.directory}`);
    if (typeof options.default === 'string' && this.#index.listed(options.default) === undefined)
      throw new Error(`default: there is no certificate for ${JSON.stringify(options.default)}`);
  }

  get identities(): readonly Identity[] {
    return this.#index.identities;
  }

  find(name: string): ServerCertificate | undefined {
    return this.#index.find(name);
  }

  fallback(): ServerCertificate | undefined {
    const { default: standard } = this.#options;
    if (standard === false) return undefined;
    return (standard === undefined ? undefined : this.#index.listed(standard)) ?? this.#index.first;
  }

  /** Everything whose change is one of the certificates. */
  get watchedPaths(): string[] {
    const listed = this.#options.certificates.flatMap((entry) =>
      'pkcs12' in entry ? [entry.pkcs12] : [entry.cert, entry.key ?? entry.cert],
    );
    const folders = (this.#folder?.folders ?? []).map((folder) => `${folder}/.`); // watched from inside
    return [...new Set([...listed, ...folders, ...(this.#folder?.files ?? [])])];
  }

  /** Reads the files again. What is broken keeps what was read before; never throws. */
  reload(): KeptFile[] {
    const before = new Map(this.identities.map((identity) => [identity.file, identity]));
    const readings = this.#readAgain();
    if (!Array.isArray(readings)) return [readings];
    const identities = readings.flatMap(({ file, identity }) => identity ?? before.get(file) ?? []);
    if (identities.length > 0) this.#index = new NameIndex(identities, this.#index);
    return readings.flatMap(({ file, problem }) =>
      problem === undefined ? [] : [{ file, problem, isKept: before.has(file) }],
    );
  }

  #read(): Reading[] {
    const { certificates, directory, passphrase } = this.#options;
    const listed = certificates.map(readListed);
    if (directory === undefined) return listed;
    this.#folder = listFolder(directory);
    return [...listed, ...readFolder(this.#folder, passphrase)];
  }

  #readAgain(): Reading[] | KeptFile {
    try {
      return this.#read();
    } catch (error) {
      return { file: this.#options.directory!, problem: (error as Error).message, isKept: true };
    }
  }
}
