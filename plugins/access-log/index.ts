import { z } from 'zod';
import { definePlugin, type Logger, Stage } from '../../core/index.ts';
import { createCombinedLine } from './combined-line.ts';
import { createJsonLine } from './json-line.ts';
import { PathFile, standardFile } from './line-file.ts';
import { LineWriter, type WriterListener } from './line-writer.ts';

const retryDelayMs = 1_000;
const closeTimeoutMs = 5_000;

const options = z.strictObject({
  format: z
    .enum(['json', 'combined'])
    .default('json')
    .describe("One JSON object a line, or Apache's combined format."),
  file: z
    .string()
    .min(1, 'must be the name of a file')
    .optional()
    .describe('File to append to; default: standard output.'),
  query: z.boolean().default(true).describe('Log the query of the request target.'),
  maxDelayMs: z
    .int()
    .min(0)
    .max(10_000)
    .default(100)
    .describe('Time that a line may wait to be written together with others; 0 for none.'),
  maxBufferedBytes: z
    .int()
    .min(65_536)
    .default(8_388_608)
    .describe('Bytes that may wait while the file or pipe takes none; then lines are dropped and counted.'),
});

function reportTo(log: Logger): WriterListener {
  return {
    onFailing: (err) => log.error({ err }, 'the access log cannot be written'),
    onLagging: () => log.warn('the access log is written too slowly, lines are dropped'),
    onLost: (lostLines, lostBytes) => log.warn({ lostLines, lostBytes }, 'the access log lost lines'),
  };
}

export default definePlugin({
  name: 'access-log',
  options,
  async setup(gateway, { format, file, query, maxDelayMs, maxBufferedBytes }) {
    const { writer, opened } = gateway.retain(
      JSON.stringify([file, maxDelayMs, maxBufferedBytes]),
      () => {
        const target = file === undefined ? standardFile : new PathFile(file);
        const limits = { maxBufferedBytes, maxDelayMs, retryDelayMs, closeTimeoutMs };
        return { writer: new LineWriter(target, reportTo(gateway.log), limits), opened: target.open() };
      },
      (retained) => retained.writer.close(),
    );
    await opened;
    gateway.onReopen(() => writer.reopen());

    const createLine = format === 'json' ? createJsonLine : createCombinedLine;
    const lineOf = createLine({ now: Date.now, query });
    gateway.hooks.onComplete.tap({ stage: Stage.Finish }, (exchange) => {
      writer.write(`${lineOf(exchange)}\n`);
    });
  },
});
