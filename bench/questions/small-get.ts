import { compareUnderLoad } from '../comparison.ts';
import { originPaths, smallAnswer } from '../origin.ts';
import { allPeers } from '../peers/index.ts';
import { againstNpm } from '../targets.ts';
import { inDefaultVariant, type Question } from './question.ts';

/** What does one small request cost? */
export const smallGet: Question = {
  name: 'small-get',
  run: async (session) => [
    await compareUnderLoad(session, {
      question: 'small-get',
      title: `GET, answer of ${smallAnswer.length} bytes`,
      load: { path: originPaths.small, answerBytes: smallAnswer.length },
      entrants: inDefaultVariant(allPeers),
      targets: [{ subject: 'hookway', versus: 'nginx', atMost: 1.6 }, ...againstNpm],
    }),
  ],
};
