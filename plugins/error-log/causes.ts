import type { IncidentCause } from './tokens.ts';

const mostCauses = 5;
const longestMessage = 500;

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function causeOf(error: unknown): IncidentCause {
  if (!(error instanceof Error)) return { message: String(error).slice(0, longestMessage) };
  const { code, syscall, address, port } = error as NodeJS.ErrnoException & {
    address?: unknown;
    port?: unknown;
  };
  return {
    message: error.message.slice(0, longestMessage),
    code: textOf(code),
    syscall: textOf(syscall),
    address: textOf(address),
    port: typeof port === 'number' ? port : undefined,
  };
}

/** What happy eyeballs and `Promise.any` make: one error that stands for several. */
function innerOf(error: unknown): unknown {
  if (!(error instanceof Error)) return undefined;
  return error.cause ?? (error instanceof AggregateError ? error.errors[0] : undefined);
}

/** An error and what caused it, outermost first; bounded, and as short as messages can be made. */
export function causesOf(error: unknown): IncidentCause[] {
  const causes: IncidentCause[] = [];
  for (let each = error; each !== undefined && causes.length < mostCauses; each = innerOf(each)) {
    causes.push(causeOf(each));
  }
  return causes;
}
