// One attack in a process of its own: attacker-process.ts PORT NAME CONNECTIONS
import { attacks, Attackers } from './attacks.ts';

const [port = '', name = '', count = ''] = process.argv.slice(2);
const attackers = new Attackers(Number(port), attacks[name]!);
process.on('message', () => process.send!({ connected: attackers.connected, open: attackers.open }));
process.on('disconnect', () => process.exit());
await attackers.start(Number(count));
process.send!('started');
