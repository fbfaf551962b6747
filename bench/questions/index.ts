import { bare } from './bare.ts';
import { bodies } from './bodies.ts';
import { failover } from './failover.ts';
import { idle } from './idle.ts';
import { latency } from './latency.ts';
import { pipelining } from './pipelining.ts';
import { eachPlugin, plugins } from './plugins.ts';
import { post } from './post.ts';
import type { Question } from './question.ts';
import { rateLimit } from './rate-limit.ts';
import { smallGet } from './small-get.ts';
import { tls } from './tls.ts';

const allQuestions: readonly Question[] = [
  smallGet,
  bodies,
  pipelining,
  idle,
  post,
  bare,
  latency,
  plugins,
  eachPlugin,
  failover,
  rateLimit,
  tls,
];

/** Those named, in the order named; all of them when none is. */
export function selectQuestions(names: readonly string[]): readonly Question[] {
  if (names.length === 0) return allQuestions;
  return names.map((name) => {
    const question = allQuestions.find((one) => one.name === name);
    if (question !== undefined) return question;
    throw new Error(`unknown question ${name}; known are ${allQuestions.map((one) => one.name).join(', ')}`);
  });
}
