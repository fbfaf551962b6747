import type { PluginList } from 'hookway';
import { type RawClient, startOrigin, startTestGateway, type TestGateway } from 'hookway/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { formats } from './access-log-lines.ts';
import { requestFields } from './heads.ts';
import { mistrusting, routes, trusting } from './plugin-stacks.ts';

const shortBytes = 8_192;
const longBytes = 65_536;
/** As for the parser: eight times the length may take at most twice eight times as long. */
const maxRatio = (2 * longBytes) / shortBytes;
/** So much more than a field that nobody reads costs is no matter, however it grows. */
const harmlessFactor = 4;

/** Sends heads to a gateway, on a connection that is kept where it can be. */
class Asker {
  /** CPU time for a field of that length that nobody reads. */
  readonly harmless = new Map<number, number>();
  readonly #gateway: TestGateway;
  #client: RawClient | undefined;

  constructor(gateway: TestGateway) {
    this.#gateway = gateway;
  }

  async ask(head: string): Promise<void> {
    const client = (this.#client ??= await this.#gateway.connect());
    client.send(head);
    const response = await client.readResponse();
    expect([500, 502]).not.toContain(response.status);
    if (response.header('connection') === 'close') this.close();
  }

  /** Least CPU time of so many exchanges, which is what the work costs without its surroundings. */
  async cpuOf(head: string, times: number): Promise<number> {
    let least = Infinity;
    for (let i = 0; i < times; i++) {
      const before = process.cpuUsage();
      await this.ask(head);
      const { user, system } = process.cpuUsage(before);
      least = Math.min(least, user + system);
    }
    return least;
  }

  close(): void {
    this.#client?.close();
    this.#client = undefined;
  }
}

const stacks: Readonly<Record<string, () => PluginList>> = { trusting, mistrusting };
const askers = new Map<string, Asker>();

async function open(plugins: PluginList): Promise<Asker> {
  const origin = await startOrigin({ body: 'hello world', headers: { 'Content-Type': 'text/plain' } });
  const gateway = await startTestGateway({
    limits: { maxHeadBytes: 1 << 20, maxFieldCount: 1 << 16 },
    log: { level: 'error' },
    upstreams: { app: { backends: [origin.url] } },
    routes,
    plugins: [formats.map(({ plugin }) => plugin('/dev/null')), plugins],
  });
  const asker = new Asker(gateway);
  for (const length of [shortBytes, longBytes])
    asker.harmless.set(length, await asker.cpuOf(headOf(`X-Unread: ${fill('a', length)}`), 30));
  closings.push(async () => {
    asker.close();
    await gateway.close();
    await origin.close();
  });
  return asker;
}

const closings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  for (const [name, plugins] of Object.entries(stacks)) askers.set(name, await open(plugins()));
});
afterAll(async () => {
  for (const close of closings) await close();
});

const headOf = (lines: string): string => `GET / HTTP/1.1\r\nHost: a.test\r\n${lines}\r\n\r\n`;
const fill = (piece: string, length: number): string => piece.repeat(Math.ceil(length / piece.length)).trim();

/**
 * How much faster than the length the time grows that is spent on the field itself; 0 where that is too little to matter.
 * Measured again as long as it is too much, for the machine may do something else as well.
 */
async function growthOf(asker: Asker, shape: (length: number) => string): Promise<number> {
  const [harmlessShort, harmlessLong] = [shortBytes, longBytes].map((length) => asker.harmless.get(length)!);
  let [short, long, ratio] = [Infinity, Infinity, Infinity];
  for (let round = 0; round < 10 && ratio >= maxRatio; round++) {
    long = Math.min(long, await asker.cpuOf(shape(longBytes), 1 + round));
    if (long < harmlessFactor * harmlessLong!) return 0;
    short = Math.min(short, await asker.cpuOf(shape(shortBytes), 4));
    ratio = (long - harmlessLong!) / Math.max(1, short - harmlessShort!);
  }
  return ratio;
}

const pieces = [',', ' ,', ';', '"', '\\"', '(', '=', '%', 'a ', '/', ':', 'a=b; '];
const cases = Object.keys(stacks).flatMap((stack) =>
  requestFields.map(([name, ...values]) => ({ stack, name, values })),
);

test.each(cases.filter(({ name }) => name !== 'Host'))(
  '64 KB of $name take at most twice what their length suggests, $stack',
  async ({ stack, name, values }) => {
    const asker = askers.get(stack)!;
    for (const piece of [...values, ...pieces]) {
      const inOneLine = await growthOf(asker, (length) => headOf(`${name}: ${fill(piece, length)}`));
      expect(inOneLine, `one line of ${piece}`).toBeLessThan(maxRatio);
    }
    const line = `${name}: ${values[0]}\r\n`;
    const inMany = await growthOf(asker, (length) => headOf(fill(line, length)));
    expect(inMany, 'many lines').toBeLessThan(maxRatio);
  },
);
