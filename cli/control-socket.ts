import { randomBytes } from 'node:crypto';
import { lstat, mkdir, readdir, realpath, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, type ConfigurationProblem } from '../core/index.ts';

/** How a reload ended, as it is told over the socket: one line of JSON. */
export type ReloadAnswer =
  | { readonly ok: true; readonly generation: number }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] };

const prefix = 'gateway-';
const maxQuestionLength = 16_384;
const maxAnswerLength = 1_048_576;
const maxClients = 64;
const questionTimeoutMs = 5_000;
/** Every plugin may take its time to set up and to start. */
const answerTimeoutMs = 600_000;

/** The folder of this user's sockets; others can neither read nor make one. */
async function ownFolder(): Promise<string> {
  const { uid } = userInfo();
  const folder = join(process.env['XDG_RUNTIME_DIR'] ?? tmpdir(), `hookway-${uid}`);
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
  const status = await lstat(folder);
  if (!status.isDirectory() || (uid >= 0 && status.uid !== uid) || (status.mode & 0o077) !== 0)
    throw new Error(`${folder} must be a folder that belongs to this user alone`);
  return folder;
}

const realPath = (file: string): Promise<string> => realpath(file).catch(() => file);

/** Whether two paths mean the same file, now or as they are written. */
async function areSame(a: string, b: string): Promise<boolean> {
  return a === b || (await realPath(a)) === (await realPath(b));
}

function problemsOf(error: unknown): readonly ConfigurationProblem[] {
  if (error instanceof ConfigurationError) return error.problems;
  return [{ place: '', message: error instanceof Error ? error.message : String(error) }];
}

/** The line that a client sends: the path of a configuration. Rejects when there is none in time, or too much. */
function questionOf(socket: Socket): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8').setTimeout(questionTimeoutMs, () => socket.destroy());
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > maxQuestionLength) socket.destroy();
      else if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    socket.on('error', () => {});
    socket.on('close', () => reject(new Error('no question')));
  });
}

/** What a gateway is asked for over its socket. */
export interface Reloading {
  /** The configuration that it serves. */
  readonly file: () => string;
  /** Gives the number of the new generation. */
  readonly reload: () => Promise<number>;
}

/** Lets `hookway reload` of the same user reach this process. */
export class ControlSocket {
  readonly #server: Server;
  readonly #reloading: Reloading;

  private constructor(reloading: Reloading) {
    this.#reloading = reloading;
    this.#server = createServer((socket) => {
      this.#answer(socket).catch(() => socket.destroy());
    });
    this.#server.maxConnections = maxClients;
    this.#server.on('error', () => {});
    this.#server.unref();
  }

  /** Rejects when the socket cannot be made. */
  static async open(reloading: Reloading): Promise<ControlSocket> {
    const control = new ControlSocket(reloading);
    const path = join(await ownFolder(), `${prefix}${process.pid}-${randomBytes(6).toString('hex')}.sock`);
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen(path, resolve);
    });
    return control;
  }

  close(): void {
    this.#server.close();
  }

  async #answer(socket: Socket): Promise<void> {
    const { file, reload } = this.#reloading;
    const isMeant = await areSame(await questionOf(socket), file());
    socket.setTimeout(0);
    const answer = isMeant ? await outcomeOf(reload()) : 'another configuration';
    socket.end(`${JSON.stringify(answer)}\n`);
  }
}

function outcomeOf(reloaded: Promise<number>): Promise<ReloadAnswer> {
  return reloaded.then(
    (generation) => ({ ok: true, generation }),
    (error: unknown) => ({ ok: false, problems: problemsOf(error) }),
  );
}

type Answer = ReloadAnswer | 'another configuration';

/** Rejects with ECONNREFUSED when the process of the socket is gone. */
function ask(path: string, file: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path);
    socket.write(`${file}\n`);
    socket.setEncoding('utf8').setTimeout(answerTimeoutMs, () => socket.destroy());
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > maxAnswerLength) socket.destroy();
    });
    socket.on('error', reject);
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text) as Answer);
      } catch {
        reject(new Error('A gateway did not answer; its log says why.'));
      }
    });
  });
}

async function reloadBy(path: string, file: string): Promise<ReloadAnswer[]> {
  try {
    const answer = await ask(path, file);
    return answer === 'another configuration' ? [] : [answer];
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ECONNREFUSED') await unlink(path).catch(() => {}); // its process is gone
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return [];
    return [{ ok: false, problems: problemsOf(error) }];
  }
}

/** Has every gateway of this user that serves the configuration load it anew; an empty list when there is none. */
export async function reloadAll(file: string): Promise<ReloadAnswer[]> {
  const folder = await ownFolder();
  const names = (await readdir(folder)).filter((name) => name.startsWith(prefix));
  return (await Promise.all(names.map((name) => reloadBy(join(folder, name), file)))).flat();
}
