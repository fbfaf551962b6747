// npm run soak -- --minutes 10 --clients 32 --seed 1
import { parseArgs } from 'node:util';
import { soak } from './soak.ts';
import { complaintsOf, growthOf } from './verdict.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '32' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const seconds = Number(values.minutes) * 60;
const seed = Number(values.seed);
console.log(`soak: ${seconds} s, ${values.clients} clients, seed ${seed}`);

const report = await soak({
  seconds,
  clients: Number(values.clients),
  seed,
  sampleEveryMs: Math.max(1_000, (seconds * 1_000) / 60),
  reloadEveryMs: 1_000,
  onSample({ heapMb, rssMb, handles, openConnections }, requests) {
    const parts = [
      `${requests} requests`,
      `heap ${heapMb.toFixed(1)} MB`,
      `resident ${rssMb.toFixed(1)} MB`,
      `${openConnections} connections`,
      `handles ${JSON.stringify(handles)}`,
    ];
    console.log(parts.join(', '));
  },
});

const { samples, ends, last } = report;
const complaints = complaintsOf(report);
console.log(JSON.stringify({ clients: ends.clients, gateway: ends.gateway, last }, null, 2));
console.log(
  `heap ${growthOf(samples, ({ heapMb }) => heapMb).toFixed(2)} MB more at the end than at the beginning,`,
);
console.log(`resident ${growthOf(samples, ({ rssMb }) => rssMb).toFixed(2)} MB`);
for (const complaint of complaints) console.error(complaint);
console.log(complaints.length === 0 ? 'nothing lost, nothing left' : `${complaints.length} complaints`);
process.exitCode = complaints.length === 0 ? 0 : 1;
