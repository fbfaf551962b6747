import { GatewayError } from '../../core/errors.ts';

/** The code of the GatewayError that `run` throws; undefined when it throws none. */
export function codeOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof GatewayError) return error.code;
    throw error;
  }
}
