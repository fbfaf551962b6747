// npm run attack -- [NAMES...] --connections 1000 --seconds 5
import { parseArgs } from 'node:util';
import { assault } from './assault.ts';
import { attacks } from './attacks.ts';
import { Target } from './target.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    connections: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '5' },
  },
});
const connections = Number(values.connections);
const forMs = Number(values.seconds) * 1_000;
const names = positionals.length === 0 ? Object.keys(attacks) : positionals;
const unknown = names.filter((name) => attacks[name] === undefined);
if (unknown.length > 0)
  throw new Error(`No such attack: ${unknown.join()}; known are ${Object.keys(attacks).join(', ')}.`);

const round = (value: number, digits = 1): string => value.toFixed(digits);
console.log(
  `| ${connections} connections | made | open | p99 before | p99 during | | failed | memory before | most | core used |`,
);
console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
let isGood = true;
for (const name of names) {
  const target = await Target.start();
  try {
    const { before, during, connected, open, memoryBeforeMb, memoryMb, coreShare } = await assault(
      target,
      name,
      {
        connections,
        forMs,
      },
    );
    const ratio = during.p99Ms / before.p99Ms;
    isGood &&= ratio <= 3 && during.failures === 0 && target.isAlive;
    const cells = [
      name,
      connected,
      open,
      `${round(before.p99Ms)} ms`,
      `${round(during.p99Ms)} ms`,
      `${round(ratio)}x`,
      `${during.failures} of ${during.requests}`,
      `${round(memoryBeforeMb, 0)} MB`,
      `${round(memoryMb, 0)} MB`,
      `${round(coreShare * 100, 0)} %`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  } finally {
    await target.close();
  }
}
process.exitCode = isGood ? 0 : 1;
