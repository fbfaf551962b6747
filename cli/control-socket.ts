import { createHash } from 'node:crypto';
import { lstat, mkdir, readdir, realpath, unlink } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { ConfigurationError, type ConfigurationProblem } from '../core/index.ts';

/** How a reload ended, as it is told over the socket: one line of JSON. */
export type ReloadAnswer =
  | { readonly ok: true; readonly generation: number }
  | { readonly ok: false; readonly problems: readonly ConfigurationProblem[] };

const maxMessageBytes = 1_048_576;
const answerTimeoutMs = 60_000;

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

/** Begins the names of the sockets of all gateways that serve that configuration. */
async function nameOf(file: string): Promise<string> {
  const path = await realpath(file).catch(() => file);
  return createHash('sha256').update(path).digest('hex').slice(0, 24);
}

function problemsOf(error: unknown): readonly ConfigurationProblem[] {
  if (error instanceof ConfigurationError) return error.problems;
  return [{ place: '', message: error instanceof Error ? error.message : String(error) }];
}

/** Lets `hookway reload` of the same user reach this process. */
export class ControlSocket {
  readonly #server: Server;

  private constructor(reload: () => Promise<number>) {
    this.#server = createServer((socket) => {
      socket.on('error', () => {});
      socket.resume();
      void reload()
        .then(
          (generation): ReloadAnswer => ({ ok: true, generation }),
          (error: unknown): ReloadAnswer => ({ ok: false, problems: problemsOf(error) }),
        )
        .then((answer) => socket.end(`${JSON.stringify(answer)}\n`));
    });
    this.#server.on('error', () => {});
    this.#server.unref();
  }

  /** `reload` gives the number of the new generation. Rejects when the socket cannot be made. */
  static async open(file: string, reload: () => Promise<number>): Promise<ControlSocket> {
    const control = new ControlSocket(reload);
    const path = join(await ownFolder(), `${await nameOf(file)}-${process.pid}.sock`);
    await unlink(path).catch(() => {}); // of an earlier process of the same number
    await new Promise<void>((resolve, reject) => {
      control.#server.once('error', reject);
      control.#server.listen(path, resolve);
    });
    return control;
  }

  close(): void {
    this.#server.close();
  }
}

function answerOf(socket: Socket): Promise<ReloadAnswer | undefined> {
  return new Promise((resolve) => {
    let text = '';
    socket.setEncoding('utf8').setTimeout(answerTimeoutMs, () => socket.destroy());
    socket.on('data', (part: string) => {
      text += part;
      if (text.length > maxMessageBytes) socket.destroy();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      try {
        resolve(JSON.parse(text) as ReloadAnswer);
      } catch {
        resolve(undefined);
      }
    });
  });
}

/** Has every gateway of this user that serves the configuration load it anew; an empty list when there is none. */
export async function reloadAll(file: string): Promise<ReloadAnswer[]> {
  const folder = await ownFolder();
  const name = await nameOf(file);
  const answers: ReloadAnswer[] = [];
  for (const socketName of (await readdir(folder)).filter((each) => each.startsWith(`${name}-`))) {
    const path = join(folder, socketName);
    const answer = await answerOf(connect(path));
    if (answer === undefined)
      await unlink(path).catch(() => {}); // its process is gone
    else answers.push(answer);
  }
  return answers;
}
