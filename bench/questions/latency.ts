import { compareUnderLoad } from '../comparison.ts';
import { originPaths, smallAnswer } from '../origin.ts';
import { hookway } from '../peers/hookway.ts';
import { haproxy } from '../peers/haproxy.ts';
import { nginx } from '../peers/nginx.ts';
import { runRounds } from '../rounds.ts';
import type { Session } from '../session.ts';
import { inDefaultVariant, type Question } from './question.ts';

const load = { path: originPaths.small, answerBytes: smallAnswer.length };
/** Long enough that the connecting at the beginning is below what p99 sees. */
const minimumSeconds = 10;

/** How long do clients wait while the gateway is half busy? */
export const latency: Question = {
  name: 'latency',
  run: async (session) => {
    const saturation = await saturatingRate(session);
    const { connections, durationSeconds } = session.options;
    const options = { ...session.options, durationSeconds: Math.max(minimumSeconds, durationSeconds) };
    return [
      await compareUnderLoad(
        { ...session, options },
        {
          question: 'latency',
          title: `GET, answer of ${smallAnswer.length} bytes, at half of the ${Math.round(saturation)} requests a second that saturate hookway`,
          load: { ...load, pauseMs: (connections * 1000) / (saturation / 2) },
          entrants: inDefaultVariant([hookway, nginx, haproxy]),
          targets: [{ subject: 'hookway', versus: 'nginx', measure: 'p99', atMost: 2 }],
        },
      ),
    ];
  },
};

async function saturatingRate(session: Session): Promise<number> {
  const once = { ...session, options: { ...session.options, rounds: 1 } };
  const [measurement] = await runRounds(once, inDefaultVariant([hookway]), load);
  const rate = measurement?.samples[0]?.requestsPerSecond;
  if (rate === undefined) throw new Error(measurement?.refusal ?? 'hookway was not measured');
  return rate;
}
