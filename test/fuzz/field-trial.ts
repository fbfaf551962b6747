import assert from 'node:assert/strict';
import { closeSync, mkdtempSync, openSync, readSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PluginList } from 'hookway';
import {
  type Origin,
  type OriginRequest,
  RawClient,
  type RawResponse,
  startOrigin,
  startTestGateway,
  type TestGateway,
  type TestGatewayOptions,
} from 'hookway/testing';
import { parsePrometheusText } from '../support/prometheus-text.ts';
import { checkLine, formats } from './access-log-lines.ts';
import { secret } from './heads.ts';
import { routes } from './plugin-stacks.ts';

const token = { Authorization: `Bearer ${secret}` };
const patienceMs = 10_000;

/** Reads what is added to a file. */
class AppendedLines {
  lines = 0;
  readonly #file: string;
  #at = 0;

  constructor(file: string) {
    this.#file = file;
  }

  read(): string[] {
    const descriptor = openSync(this.#file, 'r');
    const pieces: Buffer[] = [];
    for (let length = 1; length > 0; this.#at += length) {
      const piece = Buffer.alloc(262_144);
      length = readSync(descriptor, piece, 0, piece.length, this.#at);
      pieces.push(piece.subarray(0, length));
    }
    closeSync(descriptor);
    const text = Buffer.concat(pieces).toString('latin1');
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    this.#at -= text.length - whole.length;
    const lines = whole.split('\n').slice(0, -1);
    this.lines += lines.length;
    return lines;
  }
}

/** A gateway with plugins that read fields, an origin behind it, and every kind of access log. */
export class FieldTrial {
  readonly origin: Origin;
  readonly gateway: TestGateway;
  readonly #folder: string;
  readonly #logs: readonly AppendedLines[];
  readonly #connect: () => Promise<RawClient>;
  #client: RawClient | undefined;
  #seenRequests = 0;
  #seenLogLines = 0;

  private constructor(origin: Origin, gateway: TestGateway, folder: string, port: number) {
    this.origin = origin;
    this.gateway = gateway;
    this.#folder = folder;
    this.#logs = formats.map(({ name }) => new AppendedLines(join(folder, name)));
    this.#connect = () => RawClient.connect(port);
  }

  /** `portOf` says where clients connect, the gateway itself unless it is given. */
  static async start(
    plugins: PluginList,
    options: TestGatewayOptions = {},
    portOf = async ({ port }: TestGateway): Promise<number> => port,
  ): Promise<FieldTrial> {
    const folder = mkdtempSync(join(tmpdir(), 'hookway-fuzz-'));
    const origin = await startOrigin({ body: 'hello world', headers: { 'Content-Type': 'text/plain' } });
    const gateway = await startTestGateway({
      limits: { maxHeadBytes: 131_072, maxFieldCount: 2_000 },
      log: { level: 'info' },
      upstreams: { app: { backends: [origin.url, { url: origin.url, name: 'b' }] } },
      routes,
      ...options,
      plugins: [formats.map(({ name, plugin }) => plugin(join(folder, name))), plugins],
    });
    return new FieldTrial(origin, gateway, folder, await portOf(gateway));
  }

  /** Sends a head that is one whole request, on a connection that is kept. */
  async exchange(head: Buffer, method = 'GET'): Promise<RawResponse> {
    const client = (this.#client ??= await this.#connect());
    client.send(head);
    const response = await client.readResponse({ to: method });
    if (response.header('connection') === 'close' || client.hasEnded) this.#renew();
    return response;
  }

  /** Sends bytes that may be anything, and no more once they were looked at; what came back in all. */
  async exchangeBytes(bytes: Buffer): Promise<Buffer> {
    using client = await this.#connect();
    client.send(bytes);
    // who ends at once counts as gone
    for (let turns = 0; turns < 20 && client.received.length === 0; turns++) await nextTurn();
    client.end();
    return await client.readUntilClose();
  }

  /** Sends a head that asks for the connection to be closed; what came back in all. */
  async exchangeLast(head: Buffer): Promise<Buffer> {
    using client = await this.#connect();
    client.send(head);
    return await client.readUntilClose();
  }

  /** The requests that have come to the origin since the last call. */
  takeRequests(): OriginRequest[] {
    const { requests } = this.origin;
    const taken = requests.slice(this.#seenRequests);
    this.#seenRequests = requests.length;
    return taken;
  }

  /** Every exchange has its line in every log, each has its form, and nothing of the gateway's own failed. */
  async settle(): Promise<void> {
    const metrics = await this.gateway.fetch('/metrics', { headers: token });
    if (metrics.status === 200) parsePrometheusText(metrics.body);
    await this.#checkLines();
    this.takeRequests();
    const { logLines } = this.gateway;
    const failures = logLines.slice(this.#seenLogLines).filter(isFailure);
    this.#seenLogLines = logLines.length;
    assert.deepEqual(failures, []);
  }

  async #checkLines(): Promise<void> {
    const endsAtMs = performance.now() + patienceMs;
    const isShort = ({ lines }: AppendedLines): boolean => lines < this.gateway.exchanges.length;
    do {
      await nextTurn();
      for (const [index, log] of this.#logs.entries())
        for (const line of log.read()) checkLine(formats[index]!, line);
    } while (this.#logs.some(isShort) && performance.now() < endsAtMs);
    for (const { lines } of this.#logs) assert.equal(lines, this.gateway.exchanges.length, 'lines of a log');
  }

  #renew(): void {
    this.#client?.close();
    this.#client = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#renew();
    await this.gateway.close();
    await this.origin.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** What a client or a backend did wrong is for `error-log` to tell. */
function isFailure({ level, msg }: { readonly level: string; readonly msg: string }): boolean {
  return level === 'error' && !msg.startsWith('incident');
}
