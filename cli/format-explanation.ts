import type { Explanation, FinalAnswer, RouteVerdict, SentRequest, TrailStep } from '../core/index.ts';
import { printable, stepTexts, verdictText } from './format-effect.ts';
import type { colors } from './print.ts';

type Colors = Pick<typeof colors, 'bold' | 'dim' | 'green' | 'red' | 'yellow'>;

const shownRoutes = 10;
const shownBody = 10;

const indent = (lines: readonly string[]): string[] => lines.map((line) => `  ${printable(line)}`);

function routeLines(routes: readonly RouteVerdict[], { bold, green, dim }: Colors): string[] {
  const width = Math.max(0, ...routes.map(({ route }) => route.length));
  const lines = routes.slice(0, shownRoutes).map((verdict) => {
    const line = printable(`${verdict.route.padEnd(width)}  ${verdictText(verdict)}`);
    return verdict.isTaken ? `  ${green('+')} ${line}` : `  ${dim(`- ${line}`)}`;
  });
  const more = routes.length - shownRoutes;
  if (more > 0) lines.push(dim(`    and ${more} more, see --json`));
  return [bold('Routes'), ...lines];
}

/** Steps of one hook in one attempt. */
interface Section {
  readonly title: string;
  readonly steps: TrailStep[];
}

function sectionsOf(steps: readonly TrailStep[], attempts: number): Section[] {
  const sections: Section[] = [];
  for (const step of steps) {
    const isOfAttempt = attempts > 1 && step.attempt > 0;
    const title = isOfAttempt ? `${step.hook}, attempt ${step.attempt}` : step.hook;
    const last = sections.at(-1);
    if (last?.title === title) last.steps.push(step);
    else sections.push({ title, steps: [step] });
  }
  return sections;
}

function stepLines(step: TrailStep, index: number, width: number, colors: Colors): string[] {
  const texts = stepTexts(step);
  const isQuiet = texts.length === 1 && step.effects.length === 0 && step.tookMs !== undefined;
  const tint = paintOf(step, colors);
  const head = `${String(index + 1).padStart(3)}. ${step.plugin.padEnd(width)}  ${step.stage.padEnd(7)}  `;
  return texts.map((text, line) => {
    const shown = printable(text);
    return (line === 0 ? head : ' '.repeat(head.length)) + (isQuiet ? colors.dim(shown) : tint(shown));
  });
}

function paintOf({ effects, tookMs }: TrailStep, { red, yellow }: Colors): (text: string) => string {
  if (tookMs === undefined) return yellow;
  const isBad = effects.some(({ kind }) => kind === 'failed' || kind === 'refused');
  return isBad ? red : effects.some(({ kind }) => kind === 'answered') ? yellow : (text) => text;
}

function sentLines(
  { upstream, backend, url, head, bodyBytes }: SentRequest,
  { bold, green }: Colors,
): string[] {
  const body = bodyBytes === 0 ? [] : [`(${bodyBytes} bytes of body)`];
  return [bold(green(`To backend ${backend} of ${upstream}, ${url}`)), ...indent([...head, ...body])];
}

function answerLines(answer: FinalAnswer, { bold, red, green }: Colors): string[] {
  const { source, plugin, hook, code, status, head, body, bodyBytes } = answer;
  const by = plugin === undefined ? `the ${source}` : `${plugin} in ${hook}`;
  const title = `Answer ${status} by ${by}${code === undefined ? '' : `: ${code}`}`;
  const text = body === undefined ? [] : body.trimEnd().split('\n').slice(0, shownBody);
  const rest = text.length > 0 || bodyBytes === 0 ? text : [`(${bodyBytes} bytes of body)`];
  const paint = source === 'gateway' && status >= 400 ? red : green;
  return [bold(paint(title)), ...indent(head), ...(rest.length > 0 ? ['', ...indent(rest)] : [])];
}

const reasons = {
  'no-answer-of-a-backend': 'no backend was asked; --response STATUS lets one answer',
  'nothing-is-logged-or-counted': 'runs at the end of an exchange, not in an explanation',
};

function notAskedLines({ notAsked }: Explanation, { dim }: Colors): string[] {
  return notAsked.map(({ hook, plugins, reason }) =>
    dim(`${hook} not run (${plugins.join(', ')}): ${reasons[reason]}`),
  );
}

function verdictLines(explanation: Explanation, colors: Colors): string[] {
  const { outcome, answer, sent, steps } = explanation;
  if (outcome === 'refused') return [colors.bold(colors.red('The connection is closed, nothing is read'))];
  if (answer !== undefined) return answerLines(answer, colors);
  if (outcome === 'sent' || sent.length > 0) return [];
  const pending = steps.find(({ tookMs }) => tookMs === undefined);
  const who = pending === undefined ? 'the gateway' : `${pending.plugin} in ${pending.hook}`;
  return [
    colors.bold(colors.yellow(`Undecided: ${who} still waits, perhaps for a service that was not started`)),
  ];
}

/** Writes an explanation for people: routes, each hook's plugins and what they did, and what comes of it. */
export function formatExplanation(explanation: Explanation, colors: Colors): string {
  const { method, url, client, isEncrypted, routes, steps, sent, candidates } = explanation;
  const width = Math.max(0, ...steps.map(({ plugin }) => plugin.length));
  const sections = sectionsOf(steps, sent.length).map(({ title, steps: ofTitle }) => {
    const isChoice = title.startsWith('selectBackend');
    const heading = isChoice ? `${title} of ${candidates.join(', ')}` : title;
    return [colors.bold(heading), ...ofTitle.flatMap((step, index) => stepLines(step, index, width, colors))];
  });
  const accept = sections.filter((_, index) => steps[0]?.hook === 'onAccept' && index === 0);
  const blocks = [
    [`${method} ${printable(url)} from ${client}${isEncrypted ? ', encrypted' : ''}`],
    ...accept,
    ...(routes.length > 0 ? [routeLines(routes, colors)] : []),
    ...sections.slice(accept.length),
    ...sent.map((request) => sentLines(request, colors)),
    verdictLines(explanation, colors),
    notAskedLines(explanation, colors),
  ];
  return blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}
