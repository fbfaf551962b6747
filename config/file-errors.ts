import { relative } from 'node:path';
import { ConfigurationError } from '../core/index.ts';
import { JsonSyntaxError } from './json-text.ts';
import { isSource } from './load-typescript.ts';

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'cannot be read, permission denied',
  EISDIR: 'is a folder, expected a file',
  ENOTDIR: 'there is no such file',
};

interface Position {
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** A file as a user would name it: relative to the working directory when it is below. */
export function shownPath(file: string): string {
  const path = relative(process.cwd(), file);
  return path === '' || path.startsWith('..') ? file : path;
}

function failure({ file, line, column }: Position, message: string, cause?: unknown): ConfigurationError {
  const place = [shownPath(file), line, column].filter((part) => part !== undefined).join(':');
  const [firstLine = ''] = message.trim().split('\n');
  const error = new ConfigurationError([{ place, message: firstLine }]);
  error.cause = cause;
  return error;
}

/** Line and column of a YAML mistake, as js-yaml tells them. */
function yamlMistake(file: string, error: object): [Position, string] | undefined {
  const { mark, reason } = error as { mark?: { line: number; column: number }; reason?: string };
  if (mark === undefined || reason === undefined) return undefined;
  return [{ file, line: mark.line + 1, column: mark.column + 1 }, reason];
}

/** What the TypeScript compiler says: `ParseError: Unexpected token \n /a/proxy.config.ts:3:5`. */
function compilerMistake({ message }: Error): [Position, string] | undefined {
  const found = /^(?:\w+: )?(.*?)\s*\n\s*(\S.*):(\d+):(\d+)\s*$/s.exec(message);
  if (found === null) return undefined;
  const [, reason = '', file = '', line, column] = found;
  return [{ file, line: Number(line), column: Number(column) + 1 }, reason];
}

/** The innermost line of the user's own code in a stack trace. */
function whereThrown({ stack = '' }: Error, file: string): Position {
  const frames = stack.matchAll(/(?:^|\(|at |file:\/\/)((?:\/|[A-Za-z]:\\)[^()\n]*?):(\d+)(?::\d+)?\)?$/gm);
  for (const [, path = '', line] of frames) if (isSource(path)) return { file: path, line: Number(line) };
  return { file };
}

function thrownMessage(error: Error): string {
  if (error instanceof SyntaxError && error.message.startsWith('await is only valid')) {
    return 'await is not possible at the top level, export defineConfig(async () => ...) instead';
  }
  return error.name === 'Error' ? error.message : `${error.name}: ${error.message}`;
}

/** One clear line for whatever the text or the code of a file failed with. */
export function explainContentError(cause: unknown, file: string): ConfigurationError {
  if (cause instanceof ConfigurationError) return cause;
  if (cause instanceof JsonSyntaxError)
    return failure({ file, line: cause.line, column: cause.column }, cause.message);
  if (!(cause instanceof Error)) return failure({ file }, `threw ${String(cause)}`, cause);
  const [position, message] = yamlMistake(file, cause) ??
    compilerMistake(cause) ?? [whereThrown(cause, file), thrownMessage(cause)];
  return failure(position, message, cause);
}

/** One clear line for a file that cannot be read. */
export function explainReadError(cause: unknown, file: string): ConfigurationError {
  const { code = '', path, message } = cause as NodeJS.ErrnoException;
  return failure({ file: path ?? file }, reasons[code] ?? `cannot be read: ${message}`, cause);
}

/** A problem of a file as a whole. */
export function fileProblem(file: string, message: string): ConfigurationError {
  return failure({ file }, message);
}
