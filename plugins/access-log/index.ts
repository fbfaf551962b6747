import {
  type Cell,
  definePlugin,
  hint,
  type Instrument,
  type Logger,
  type PluginHost,
  Stage,
} from '../../core/index.ts';
import { keepsOf } from './keep.ts';
import { lineWriterOf } from './line.ts';
import { type LineFile, PathFile, StandardOutput } from './line-file.ts';
import { LineWriter, type WriterListener } from './line-writer.ts';
import { Measures } from './measures.ts';
import { type Options, options } from './options.ts';
import { type AccessLogState, AccessLogs } from './tokens.ts';

export { type AccessLogList, AccessLogs, type AccessLogState } from './tokens.ts';

const retryDelayMs = 1_000;
const closeTimeoutMs = 5_000;

function reportTo(log: Logger, file: string): WriterListener {
  return {
    onFailing: (err) => log.error({ err, file }, 'the access log cannot be written'),
    onLagging: () => log.warn({ file }, 'the access log is written too slowly, lines are dropped'),
    onRecovered: (lostLines) => log.warn({ lostLines, file }, 'the access log is written again'),
    onLost: (lostLines) => log.warn({ lostLines, file }, 'the access log lost lines'),
  };
}

function droppedLines(gateway: PluginHost): Instrument {
  const help = 'Lines of access logs that were dropped.';
  return gateway.counter({ name: 'dropped_lines_total', help, labels: ['file'] });
}

/** A writer with the file that it opens once, whatever configuration asks for it first. */
class OpenLog {
  readonly name: string;
  readonly writer: LineWriter;
  readonly #file: LineFile;
  readonly #dropped: Cell;
  #opened: Promise<void> | undefined;

  constructor(gateway: PluginHost, { file, maxBufferedBytes, maxDelayMs }: Options) {
    this.#file = file === undefined ? new StandardOutput() : new PathFile(file);
    this.name = this.#file.name;
    this.#dropped = droppedLines(gateway).of(this.name);
    const limits = { maxBufferedBytes, maxDelayMs, retryDelayMs, closeTimeoutMs };
    this.writer = new LineWriter(this.#file, reportTo(gateway.log, this.name), limits, this.#dropped);
  }

  open(): Promise<void> {
    return (this.#opened ??= this.#file.open());
  }

  get state(): AccessLogState {
    const { lineCount: lines, bufferedBytes, isFailing } = this.writer;
    return { file: this.name, lines, droppedLines: this.#dropped.value, bufferedBytes, isFailing };
  }
}

/** Where the states of all access logs of a configuration can be read. */
class LogList {
  readonly all: OpenLog[] = [];

  get logs(): AccessLogState[] {
    return this.all.map(({ state }) => state);
  }
}

function publish(gateway: PluginHost, log: OpenLog): void {
  let list = gateway.use(AccessLogs) as LogList | undefined;
  if (list === undefined) gateway.provide(AccessLogs, (list = new LogList()));
  list.all.push(log);
}

function checkRoutes({ routes }: PluginHost, rules: Options['skip']): void {
  const known = routes.flatMap(({ name }) => name ?? []);
  for (const name of rules.flatMap((rule) => rule.routes ?? [])) {
    if (!known.includes(name))
      throw new Error(`skip: there is no route ${JSON.stringify(name)}${hint(name, known)}`);
  }
}

export default definePlugin({
  name: 'access-log',
  options,
  setup(gateway, settings) {
    const { file, maxDelayMs, maxBufferedBytes, skip, sampleShare, errorStatus, slowMs } = settings;
    checkRoutes(gateway, skip);
    const log = gateway.retain(
      JSON.stringify([file, maxDelayMs, maxBufferedBytes]),
      () => new OpenLog(gateway, settings),
      ({ writer }) => writer.close(),
    );
    publish(gateway, log);
    gateway.onStart(() => log.open());
    gateway.onReopen(() => log.writer.reopen());

    const { writer } = log;
    const measures = new Measures(slowMs);
    const keeps = keepsOf(skip, { share: sampleShare, errorStatus }, Math.random);
    const writeLine = lineWriterOf(settings, Date.now);
    gateway.hooks.onComplete.tap({ stage: Stage.Finish }, (exchange) => {
      measures.read(exchange);
      if (keeps?.(exchange, measures) === false) return;
      const line = writer.begin();
      if (line === undefined) return;
      writeLine(line, exchange, measures);
      writer.commit();
    });
  },
});
