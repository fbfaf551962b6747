import {
  type ErrorCode,
  errorKinds,
  type Exchange,
  type Fault,
  type Outcome,
  type Phase,
} from '../../core/index.ts';

const byFault: Readonly<Record<Fault, string>> = { client: 'P', backend: 'S', gateway: 'R', plugin: 'I' };

/** Codes whose letter is another one than that of whose fault they are. */
const byCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  client_aborted: 'C',
  head_timeout: 'c',
  body_timeout: 'c',
  client_stalled: 'c',
  connect_timeout: 's',
  response_head_timeout: 's',
  response_idle_timeout: 's',
  attempt_timeout: 's',
  queue_timeout: 'r',
  exchange_timeout: 'g',
  tunnel_idle: 'g',
  drain_timeout: 'g',
  internal_error: 'I',
};

const byPhase: Readonly<Record<Phase, string>> = {
  route: 'R',
  admit: 'R',
  choose: 'Q',
  connect: 'C',
  request: 'H',
  response: 'H',
  relay: 'D',
  tunnel: 'D',
  done: '-',
};

/** Codes that tell the step better than the phase does. */
const stepByCode: Readonly<Partial<Record<ErrorCode, string>>> = {
  no_route: 'R',
  queue_full: 'Q',
  queue_timeout: 'Q',
};

const own = (letters: Readonly<Partial<Record<ErrorCode, string>>>, code: string): string | undefined =>
  Object.hasOwn(letters, code) ? letters[code as ErrorCode] : undefined;

/** Who ended an exchange and in which step, in two letters as HAProxy has them; `--` for one that ended well. */
export function terminationOf({ endedBy, code, phase, hook }: Outcome): string {
  if (code === undefined) return '--';
  if (endedBy === undefined) return hook === 'onRequest' || hook === 'onUpgrade' ? 'LR' : 'LH';
  return (own(byCode, code) ?? byFault[endedBy]) + (own(stepByCode, code) ?? byPhase[phase]);
}

/** The status that stands for a failure that left no chance to send one. */
export function statusOfCode(code: string | undefined): number | undefined {
  if (code === undefined || !Object.hasOwn(errorKinds, code)) return undefined;
  return errorKinds[code as ErrorCode].status;
}

/** The status that was sent, or that stands for the failure that left no chance to send one. */
export function statusOf({ response, outcome }: Exchange): number | undefined {
  return response === undefined ? statusOfCode(outcome?.code) : response.status;
}
