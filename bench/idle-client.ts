// Usage: idle-client.ts PORT PATH COUNT. Opens COUNT connections, sends one request on each and keeps them open;
// prints how many were answered, and after every line on standard input how many are open still.
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const [port = '', path = '/', count = '0'] = process.argv.slice(-3);
const batchSize = 50;
const answerTimeoutMs = 10_000;
const open = new Set<Socket>();

for (let opened = 0; opened < Number(count); opened += batchSize) {
  const batch = Math.min(batchSize, Number(count) - opened);
  await Promise.all(Array.from({ length: batch }, () => openOne()));
}
console.log(open.size);
for await (const _ of createInterface({ input: process.stdin })) console.log(open.size);

function openOne(): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    const give = setTimeout(() => socket.destroy(), answerTimeoutMs);
    let answer = '';
    socket.setEncoding('latin1');
    socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
    socket.on('data', (text) => {
      answer += text;
      if (!isComplete(answer)) return;
      clearTimeout(give);
      open.add(socket);
      resolve();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      open.delete(socket);
      resolve();
    });
  });
}

function isComplete(answer: string): boolean {
  const headEnd = answer.indexOf('\r\n\r\n');
  const isOk = answer.startsWith('HTTP/1.1 200');
  const length = /^content-length: *(\d+)\r$/im.exec(answer)?.[1];
  return isOk && headEnd > 0 && length !== undefined && answer.length >= headEnd + 4 + Number(length);
}
