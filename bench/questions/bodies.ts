import { compareUnderLoad, type LoadComparison } from '../comparison.ts';
import { originPaths } from '../origin.ts';
import { allPeers } from '../peers/index.ts';
import { nginx } from '../peers/nginx.ts';
import { againstNpm } from '../targets.ts';
import { inDefaultVariant, type Question } from './question.ts';

const entrants = [
  ...inDefaultVariant(allPeers),
  { label: 'nginx, no temp files', peer: nginx, variant: 'no-temp-files' as const },
];

const againstServers = [
  { subject: 'hookway', versus: 'nginx', atMost: 1 },
  { subject: 'hookway', versus: 'haproxy', atMost: 1.1 },
];

const of64KB: LoadComparison = {
  question: 'bodies-64KB',
  title: 'GET, answer of 64 KB',
  load: { path: originPaths.body64KB, answerBytes: 64 * 1024 },
  entrants,
  targets: [...againstServers, ...againstNpm],
};

const of1MB: LoadComparison = {
  question: 'bodies-1MB',
  title: 'GET, answer of 1 MB',
  load: { path: originPaths.body1MB, answerBytes: 1024 * 1024 },
  entrants,
  targets: againstServers,
};

/** What does it cost to relay a body? */
export const bodies: Question = {
  name: 'bodies',
  run: async (session) => [await compareUnderLoad(session, of64KB), await compareUnderLoad(session, of1MB)],
};
