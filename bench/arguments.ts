import { parseArgs } from 'node:util';

export interface BenchOptions {
  readonly questions: readonly string[];
  readonly durationSeconds: number;
  readonly rounds: number;
  readonly connections: number;
  readonly peers: readonly string[] | undefined;
  readonly jsonFile: string | undefined;
}

export const usage =
  'npm run bench -- [question ...] [--seconds N] [--rounds N] [--connections N] [--peers a,b] [--json FILE]';

export function parseArguments(argv: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      seconds: { type: 'string', default: '5' },
      rounds: { type: 'string', default: '5' },
      connections: { type: 'string', default: '64' },
      peers: { type: 'string' },
      json: { type: 'string' },
    },
  });
  return {
    questions: positionals,
    durationSeconds: wholeNumber('--seconds', values.seconds, 60),
    rounds: wholeNumber('--rounds', values.rounds, 50),
    connections: wholeNumber('--connections', values.connections, 1000),
    peers: values.peers?.split(','),
    jsonFile: values.json,
  };
}

function wholeNumber(flag: string, text: string, atMost: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= atMost) return value;
  throw new Error(`${flag} must be a whole number from 1 to ${atMost}, not ${JSON.stringify(text)}`);
}
