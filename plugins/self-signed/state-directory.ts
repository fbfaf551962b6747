import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { link, mkdir, readFile, rename, stat, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Authority } from '../../pki/index.ts';

const blocks = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----\n?/g;

/**
 * The folder that keeps the authority. `authority.key` has key and certificate and is for its owner alone,
 * `authority.pem` is the certificate for everybody to trust.
 */
export class StateDirectory {
  readonly certFile: string;
  readonly #folder: string;
  readonly #keyFile: string;

  constructor(folder: string) {
    this.#folder = folder;
    this.#keyFile = join(folder, 'authority.key');
    this.certFile = join(folder, 'authority.pem');
  }

  /**
   * The authority that is kept; undefined while there is none.
   * @throws Error when it cannot be read, or others may read its key.
   */
  async read(): Promise<Authority | undefined> {
    try {
      const { mode } = await stat(this.#keyFile);
      if ((mode & 0o077) !== 0)
        throw new Error(
          `${this.#keyFile} may be read or written by others: chmod 600, if its key is still secret`,
        );
      return this.#parse(await readFile(this.#keyFile, 'latin1'));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  /**
   * Keeps an authority. Without `replaces`, one that somebody else has kept in the meantime stays; returns the one that
   * is kept now.
   */
  async keep(authority: Authority, replaces: boolean): Promise<Authority> {
    await this.#provideFolder();
    const file = await this.#writeBeside(this.#keyFile, authority.key + authority.cert, 0o600);
    if (replaces) await rename(file, this.#keyFile);
    else await this.#linkOnce(file);
    const kept = (await this.read())!;
    await this.publish(kept);
    return kept;
  }

  /** Sees that the certificate of what is kept is there for everybody: whoever kept it may have been killed before. */
  async publish({ cert }: Authority): Promise<void> {
    const published = await readFile(this.certFile, 'latin1').catch(() => undefined);
    if (published === cert) return;
    await rename(await this.#writeBeside(this.certFile, cert, 0o644), this.certFile);
  }

  /** One that is there stays as it is: others may have things of their own in it. */
  async #provideFolder(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const { mode } = await stat(this.#folder);
    if ((mode & 0o002) !== 0)
      throw new Error(`${this.#folder} may be written by everybody, who could put a key of theirs in it`);
  }

  /** A link is made by one of several, and whole. */
  async #linkOnce(file: string): Promise<void> {
    try {
      await link(file, this.#keyFile);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      await unlink(file);
    }
  }

  async #writeBeside(file: string, content: string, mode: number): Promise<string> {
    const beside = `${file}.${randomUUID()}`;
    await writeFile(beside, content, { mode, flag: 'wx', flush: true });
    return beside;
  }

  #parse(text: string): Authority {
    const all = [...text.matchAll(blocks)];
    const of = (label: string): string | undefined => all.find(([, each]) => each === label)?.[0];
    const [key, cert] = [of('PRIVATE KEY'), of('CERTIFICATE')];
    if (key === undefined || cert === undefined || !isPair(cert, key))
      throw new Error(`${this.#keyFile} is damaged: remove it, and another authority is made`);
    return { key, cert };
  }
}

function isPair(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
