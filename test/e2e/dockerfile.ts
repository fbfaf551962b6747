import { execFile } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** What a stage of a Dockerfile has set when its instructions are over. */
export class Stage {
  readonly env: Record<string, string> = {};
  workdir = '/';
  user = 'root';
  entrypoint: readonly string[] = [];
  command: readonly string[] = [];
  healthcheck: readonly string[] = [];
  readonly root: string;

  constructor(root: string) {
    this.root = root;
    mkdirSync(root, { recursive: true });
    chmodSync(root, 0o755);
  }

  /** Where a path of the image is on this machine. */
  at(path: string): string {
    return join(this.root, posix.resolve(this.workdir, path));
  }
}

export interface BuildOptions {
  readonly context: string;
  /** Folder for the file systems of the stages. */
  readonly folder: string;
  /** Does instead of `RUN npm ci`, so that no registry is asked. */
  readonly install: (folder: string) => Promise<void>;
}

function instructionsOf(file: string): Instruction[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => ({ name: line.split(' ')[0]!, rest: line.slice(line.indexOf(' ') + 1) }));
}

/** What `COPY . .` sees, for a .dockerignore that names exceptions of everything. */
function contextPaths(context: string): string[] {
  const [first, ...names] = readFileSync(join(context, '.dockerignore'), 'utf8').trim().split('\n');
  if (first !== '*' || names.some((name) => !/^![\w.-]+$/.test(name))) throw new Error('.dockerignore');
  return names.map((name) => name.slice(1));
}

/** Does what a Dockerfile says in plain folders on this machine, whose Node.js stands in for the base image's. */
export class Build {
  readonly #options: BuildOptions;
  readonly #stages = new Map<string, Stage>();
  #stage!: Stage;

  constructor(options: BuildOptions) {
    this.#options = options;
  }

  /** Resolves to the last stage. */
  async run(): Promise<Stage> {
    for (const { name, rest } of instructionsOf(join(this.#options.context, 'Dockerfile')))
      await this.#do(name, rest);
    return this.#stage;
  }

  async #do(name: string, rest: string): Promise<void> {
    if (name === 'FROM') this.#begin(rest.split(' AS ')[1] ?? '');
    else if (name === 'RUN') await this.#runCommand(rest);
    else if (name === 'COPY') this.#copy(rest.split(' '));
    else if (name === 'WORKDIR') mkdirSync(this.#stage.at(rest), { recursive: true });
    this.#set(name, rest);
  }

  #begin(name: string): void {
    this.#stage = new Stage(join(this.#options.folder, `stage-${this.#stages.size}`));
    this.#stages.set(name, this.#stage);
  }

  #set(name: string, rest: string): void {
    const stage = this.#stage;
    if (name === 'WORKDIR') stage.workdir = posix.resolve(stage.workdir, rest);
    else if (name === 'USER') stage.user = rest;
    else if (name === 'ENV') stage.env[rest.split('=')[0]!] = rest.slice(rest.indexOf('=') + 1);
    else if (name === 'ENTRYPOINT') stage.entrypoint = JSON.parse(rest) as string[];
    else if (name === 'CMD') stage.command = JSON.parse(rest) as string[];
    else if (name === 'HEALTHCHECK') stage.healthcheck = JSON.parse(rest.split(' CMD ')[1]!) as string[];
    else if (!['FROM', 'RUN', 'COPY', 'EXPOSE', 'STOPSIGNAL'].includes(name)) throw new Error(name);
  }

  async #runCommand(command: string): Promise<void> {
    const cwd = this.#stage.at('.');
    if (command.startsWith('npm ci')) await this.#options.install(cwd);
    else await run('sh', ['-c', command], { cwd, env: { ...process.env, ...this.#stage.env } });
  }

  #copy(words: string[]): void {
    const from = words[0]!.startsWith('--from=') ? words.shift()!.slice('--from='.length) : undefined;
    const target = words.pop()!;
    if (from === undefined && words[0] === '.') words = contextPaths(this.#options.context);
    for (const word of words) {
      const source = from === undefined ? this.#allowed(word) : join(this.#stages.get(from)!.root, word);
      const isInto = target.endsWith('/') || target === '.';
      cpSync(source, this.#stage.at(isInto ? join(target, basename(word)) : target), {
        recursive: true,
        verbatimSymlinks: true,
      });
    }
  }

  #allowed(path: string): string {
    if (!contextPaths(this.#options.context).includes(path)) throw new Error(`${path} is not in the context`);
    return join(this.#options.context, path);
  }
}

/** Links what is installed here, of which nothing is ever written in place. */
export async function linkInstalled(context: string, folder: string): Promise<void> {
  await run('cp', ['-al', join(context, 'node_modules'), folder]);
  rmSync(join(folder, 'node_modules/.package-lock.json'), { force: true });
}
