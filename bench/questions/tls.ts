import { compareUnderLoad, type LoadComparison } from '../comparison.ts';
import { originPaths, smallAnswer } from '../origin.ts';
import { haproxy } from '../peers/haproxy.ts';
import { hookway } from '../peers/hookway.ts';
import { nginx } from '../peers/nginx.ts';
import { nodeTls } from '../peers/node-tls.ts';
import type { Entrant } from '../session.ts';
import type { Question } from './question.ts';

const entrants = [hookway, nginx, haproxy].map(
  (peer): Entrant => ({ label: peer.name, peer, variant: 'tls' }),
);

const floor: Entrant = { label: nodeTls.name, peer: nodeTls, variant: 'handshakes-only' };

const comparisons: Pick<LoadComparison, 'question' | 'title' | 'load' | 'targets'>[] = [
  {
    question: 'tls keep-alive',
    title: `GET over TLS 1.3, answer of ${smallAnswer.length} bytes`,
    load: { path: originPaths.small, answerBytes: smallAnswer.length, isEncrypted: true },
    targets: [{ subject: 'hookway', versus: 'nginx', atMost: 1.6 }],
  },
  {
    question: 'tls full handshake',
    title: 'TLS 1.3 handshakes with ECDSA on P-256, no request',
    load: { path: '', answerBytes: 0, handshakes: 'full' },
    targets: [{ subject: 'hookway', versus: 'nginx', atMost: 1.4 }],
  },
  {
    question: 'tls resumed handshake',
    title: 'TLS 1.3 handshakes that resume a session, no request',
    load: { path: '', answerBytes: 0, handshakes: 'resumed' },
    targets: [{ subject: 'hookway', versus: 'nginx', atMost: 1.6 }],
  },
];

/** What do encryption and handshakes cost, and what would they in Node.js at the least? */
export const tls: Question = {
  name: 'tls',
  run: async (session) => {
    const reports = [];
    for (const comparison of comparisons) {
      const isHandshake = comparison.load.handshakes !== undefined;
      const all = isHandshake ? [...entrants, floor] : entrants;
      reports.push(await compareUnderLoad(session, { ...comparison, entrants: all }));
    }
    return reports;
  },
};
