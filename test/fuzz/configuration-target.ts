import assert from 'node:assert/strict';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  checkConfiguration,
  ConfigurationError,
  createGateway,
  type GatewayConfig,
  GatewayError,
} from 'hookway';
import { loadConfig } from 'hookway/config';
import { exampleConfigurations } from './example-configurations.ts';
import { mutate } from './mutate.ts';
import type { Random } from './random.ts';
import { richConfiguration } from './rich-configuration.ts';
import { tame } from './tame.ts';
import type { Target, Trial } from './target.ts';
import { mutateValue, randomValue } from './values.ts';

const bytesOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value) ?? 'null');

function parsed(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}

/** Mostly a configuration that is nearly right, now and then any JSON, or a text that is not even that. */
function mutateConfiguration(seeds: readonly Buffer[], random: Random): Buffer {
  const kind = random.below(10);
  if (kind === 0) return bytesOf(randomValue(random));
  if (kind === 1) return mutate(seeds, random);
  const seed = random.pick(seeds);
  const content = parsed(seed);
  return content === undefined ? mutate([seed], random) : bytesOf(mutateValue(content, random));
}

// what a mistake of our own says, which tells a user nothing
const ofOurOwn =
  /Cannot read prop|is not a function|is not iterable|is not defined|\[object |Invalid input|undefined is/;

/** Every problem says what is wrong, and where unless it is the whole. */
function checkRefusal(error: unknown, content: unknown): void {
  assert(error instanceof ConfigurationError, String((error as Error | undefined)?.stack ?? error));
  assert(error.problems.length > 0);
  for (const { place, message } of error.problems) {
    assert.notEqual(message, '');
    assert.doesNotMatch(message, ofOurOwn);
    const isOfWhole = place === '' || place.endsWith('proxy.config.json');
    if (isOfWhole && typeof content === 'object' && content !== null && !Array.isArray(content))
      assert.match(message, /^unknown key "/, `no place: ${message}`);
  }
}

const natives = [Object, Array, Function, String, Map].map(
  ({ prototype }) => [prototype as object, Reflect.ownKeys(prototype as object).length] as const,
);

function checkPrototypes(): void {
  for (const [prototype, count] of natives) assert.equal(Reflect.ownKeys(prototype).length, count);
}

/** What was accepted runs, or says clearly why not. */
async function startAndStop(config: GatewayConfig): Promise<void> {
  const gateway = createGateway(config);
  try {
    await gateway.listen();
    assert.equal(gateway.addresses.length, config.listeners.length);
  } catch (error) {
    const isSystem = /^E[A-Z]+$/.test(String((error as NodeJS.ErrnoException).code));
    const isClear = error instanceof ConfigurationError || error instanceof GatewayError || isSystem;
    assert(isClear, `did not start: ${(error as Error).stack}`);
    assert.doesNotMatch((error as Error).message, ofOurOwn);
  } finally {
    await gateway.close({ now: true });
  }
}

export interface ConfigurationTrial extends Trial {
  /** How many were accepted so far. */
  readonly accepted: number;
}

export async function startConfigurations(): Promise<ConfigurationTrial> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'hookway-fuzz-')));
  const file = join(folder, 'proxy.config.json');
  const load = async (text: string | Buffer): Promise<GatewayConfig> => {
    writeFileSync(file, text);
    const { config } = await loadConfig({ file });
    await checkConfiguration(config);
    return config;
  };
  const trial = {
    accepted: 0,
    async check(bytes: Buffer): Promise<void> {
      const content = parsed(bytes);
      try {
        await load(bytes);
      } catch (error) {
        return checkRefusal(error, content);
      } finally {
        checkPrototypes();
      }
      trial.accepted++;
      await startAndStop(await load(JSON.stringify(tame(content as Record<string, unknown>, folder))));
      checkPrototypes();
    },
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  };
  return trial;
}

/** Configurations that were made from the examples. */
export const configurationTarget: Target = {
  name: 'configurations',
  seeds: [richConfiguration, ...(await exampleConfigurations()).values()].map(bytesOf),
  mutate: mutateConfiguration,
  start: startConfigurations,
  runsInTests: 700,
};
