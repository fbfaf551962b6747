import { hookNames } from '../../pipeline/hooks.ts';
import { outcomeOf } from '../../pipeline/outcome.ts';
import type { PluginEntry } from '../../pipeline/plugin.ts';
import { silence } from '../../pipeline/recorded-taps.ts';
import type { GatewayConfig } from '../configuration.ts';
import { createDryGeneration, type Generation } from '../generation.ts';
import { DryBackend } from './dry-backend.ts';
import { DryClient } from './dry-client.ts';
import { type DryRequest, parseUrl } from './dry-request.ts';
import type { Explanation, FinalAnswer, SentRequest } from './explanation.ts';
import type { MessageText } from './message-text.ts';

const longestShownBody = 2_000;

export interface ExplainOptions {
  readonly method: string;
  /** Absolute; for `https` the connection counts as encrypted. */
  readonly url: string;
  readonly fields?: readonly (readonly [name: string, value: string])[] | undefined;
  readonly body?: Buffer | undefined;
  /** Address of the client; default 127.0.0.1. */
  readonly client?: string | undefined;
  /** Status that backends answer with; undefined: the request is explained up to its sending. */
  readonly responseStatus?: number | undefined;
  /** How long plugins are waited for, in milliseconds; default 2,000. */
  readonly waitMs?: number | undefined;
}

/** One request on its way through a generation that serves nobody else. */
class DryRun {
  readonly #request: DryRequest;
  readonly #options: ExplainOptions;
  readonly #sent: SentRequest[] = [];
  #outcome: Explanation['outcome'] = 'waiting';
  #onOver: (() => void) | undefined;

  constructor(options: ExplainOptions) {
    const { method, url, fields = [], body, client = '127.0.0.1' } = options;
    this.#options = options;
    this.#request = { method, url: parseUrl(url), fields, body, client };
  }

  async through(generation: Generation): Promise<Explanation> {
    this.#cutOff(generation);
    const client = new DryClient(this.#request, generation, () => this.#end('answered'));
    if (client.connect()) {
      const over = new Promise<void>((resolve) => (this.#onOver = resolve));
      const timer = setTimeout(() => this.#onOver?.(), this.#options.waitMs ?? 2_000);
      client.send();
      await over;
      clearTimeout(timer);
    } else this.#outcome = 'refused';
    const explanation = structuredClone(this.#explain(generation, client));
    client.leave();
    return explanation;
  }

  /** Nothing that runs here may reach the outside. */
  #cutOff(generation: Generation): void {
    silence(generation.hooks.onComplete);
    for (const [name, { backends }] of generation.upstreams) {
      for (const backend of backends) {
        const { responseStatus } = this.#options;
        backend.pool.connector = new DryBackend(backend, generation.limits, responseStatus, (_, request) => {
          this.#sent.push(sentOf(name, backend.name, backend.url.href, request));
          if (responseStatus === undefined) this.#end('sent');
        });
      }
    }
  }

  #end(outcome: Explanation['outcome']): void {
    if (this.#outcome !== 'waiting') return;
    this.#outcome = outcome;
    setImmediate(() => this.#onOver?.());
  }

  #explain(generation: Generation, client: DryClient): Explanation {
    const { method, url, client: address } = this.#request;
    const { exchange, answer } = client;
    return {
      method,
      url: `${url.scheme}://${url.authority}${url.target}`,
      client: address,
      isEncrypted: client.isEncrypted,
      outcome: this.#outcome,
      routes: exchange?.trail?.routes ?? [],
      candidates: (exchange?.upstream?.candidates ?? []).map(({ name }) => name),
      steps: [...client.trail.steps, ...(exchange?.trail?.steps ?? [])],
      sent: this.#sent,
      answer: answer === undefined ? undefined : answerOf(answer, client),
      notAsked: this.#notAsked(generation),
    };
  }

  #notAsked(generation: Generation): Explanation['notAsked'] {
    const hooks: Explanation['notAsked'][number][] = [];
    for (const hook of hookNames) {
      const plugins = generation.tapsOf(hook).map(({ plugin }) => plugin);
      const isBackendSide = hook === 'onBackendResponse' || hook === 'onResponse';
      if (plugins.length === 0) continue;
      if (hook === 'onComplete') hooks.push({ hook, plugins, reason: 'nothing-is-logged-or-counted' });
      if (isBackendSide && this.#outcome === 'sent')
        hooks.push({ hook, plugins, reason: 'no-answer-of-a-backend' });
    }
    return hooks;
  }
}

function sentOf(upstream: string, backend: string, url: string, { head, body }: MessageText): SentRequest {
  return { upstream, backend, url, head, bodyBytes: body.length };
}

function answerOf({ head, body }: MessageText, { exchange, refusal }: DryClient): FinalAnswer {
  const text = head.join('\n');
  const isText = /^content-type: (text\/|application\/(problem\+)?json)/im.test(text);
  const isShown = isText && !/^content-encoding:/im.test(text) && body.length <= longestShownBody;
  const outcome = exchange === undefined ? refusal : outcomeOf(exchange);
  return {
    status: Number(head[0]!.split(' ')[1]),
    source: exchange?.response?.source ?? 'gateway',
    head,
    bodyBytes: body.length,
    body: isShown ? body.toString() : undefined,
    code: outcome?.code,
    plugin: outcome?.plugin,
    hook: outcome?.hook,
  };
}

/** Has every exchange recorded. */
const observer: PluginEntry = {
  definition: { name: 'explain', setup: (host) => host.recordTrails(() => true) },
  options: undefined,
  scope: undefined,
};

/**
 * Takes a request through a configuration without sending anything: its plugins are set up but not started, and what
 * would go to a backend is kept instead.
 * @throws ConfigurationError with everything that is wrong; TypeError for a URL that is not absolute.
 */
export async function explainRequest(config: GatewayConfig, options: ExplainOptions): Promise<Explanation> {
  const run = new DryRun(options);
  const plugins = [config.plugins ?? [], observer];
  const generation = await createDryGeneration({ ...config, plugins });
  try {
    return await run.through(generation);
  } finally {
    await generation.dispose();
  }
}
