import { compareUnderLoad } from '../comparison.ts';
import { originPaths, smallAnswer } from '../origin.ts';
import { haproxy } from '../peers/haproxy.ts';
import { hookway } from '../peers/hookway.ts';
import { nginx } from '../peers/nginx.ts';
import { inDefaultVariant, type Question } from './question.ts';

/** What does `pipelining: 32` to the backends save? */
export const pipelining: Question = {
  name: 'pipelining',
  run: async (session) => [
    await compareUnderLoad(session, {
      question: 'pipelining',
      title: `GET, answer of ${smallAnswer.length} bytes`,
      load: { path: originPaths.small, answerBytes: smallAnswer.length },
      entrants: [
        { label: 'hookway, pipelining 32', peer: hookway, variant: 'pipelining' },
        ...inDefaultVariant([hookway, nginx, haproxy]),
      ],
      targets: ['nginx', 'haproxy'].map((versus) => ({
        subject: 'hookway, pipelining 32',
        versus,
        atMost: 1,
      })),
    }),
  ],
};
