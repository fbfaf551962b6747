import { compareUnderLoad } from '../comparison.ts';
import { originPaths, smallAnswer } from '../origin.ts';
import { haproxy } from '../peers/haproxy.ts';
import { hookway } from '../peers/hookway.ts';
import { nginx } from '../peers/nginx.ts';
import { inDefaultVariant, type Question } from './question.ts';

/** What do the two plugins of small-get cost? */
export const bare: Question = {
  name: 'bare',
  run: async (session) => [
    await compareUnderLoad(session, {
      question: 'bare',
      title: `GET, answer of ${smallAnswer.length} bytes`,
      load: { path: originPaths.small, answerBytes: smallAnswer.length },
      entrants: [
        { label: 'hookway, no plugins', peer: hookway, variant: 'bare' },
        ...inDefaultVariant([hookway, nginx, haproxy]),
      ],
      targets: ['nginx', 'haproxy'].map((versus) => ({
        subject: 'hookway, no plugins',
        versus,
        atMost: 1.35,
      })),
    }),
  ],
};
