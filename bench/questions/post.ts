import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compareUnderLoad } from '../comparison.ts';
import { originPaths, smallAnswer } from '../origin.ts';
import { allPeers } from '../peers/index.ts';
import { againstNpm } from '../targets.ts';
import { inDefaultVariant, type Question } from './question.ts';

const bodyBytes = 1024;

/** What does a small request body cost? */
export const post: Question = {
  name: 'post',
  run: async (session) => {
    const bodyFile = join(session.directory, 'post.json');
    writeFileSync(bodyFile, jsonOfLength(bodyBytes));
    return [
      await compareUnderLoad(session, {
        question: 'post',
        title: `POST, JSON of ${bodyBytes} bytes`,
        load: {
          path: originPaths.small,
          answerBytes: smallAnswer.length,
          method: 'POST',
          bodyFile,
        },
        entrants: inDefaultVariant(allPeers),
        targets: againstNpm,
      }),
    ];
  },
};

function jsonOfLength(length: number): string {
  const empty = JSON.stringify({ text: '' });
  return JSON.stringify({ text: 'x'.repeat(length - empty.length) });
}
