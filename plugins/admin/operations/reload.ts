import { ConfigurationError, type ConfigurationProblem } from '../../../core/index.ts';
import { type ApiAnswer, ApiProblem, answerJson } from '../message.ts';
import type { Call, Operation } from '../operation.ts';
import * as schemas from '../schemas.ts';

function problemsOf(error: unknown): readonly ConfigurationProblem[] {
  if (error instanceof ConfigurationError) return error.problems;
  return [{ place: '', message: error instanceof Error ? error.message : String(error) }];
}

async function run({ view: { control } }: Call): Promise<ApiAnswer> {
  try {
    await control.reload();
  } catch (error) {
    const detail = 'The configuration was refused, the old one goes on.';
    throw new ApiProblem(422, 'configuration_refused', detail, { problems: problemsOf(error) });
  }
  return answerJson(200, { generation: control.generation });
}

function operation(method: 'GET' | 'POST', path: string, id: string, about: string): Operation {
  const success = [{ status: 200, about: 'The generation in service.', schema: schemas.reload }];
  return { method, path, id, about, isChange: true, success, failures: [422], run };
}

const about = 'Loads the configuration anew; a bad one is refused and changes nothing.';

export const reload: readonly Operation[] = [
  operation('POST', '/config/reload', 'reloadConfig', about),
  operation('POST', '/reload', 'reload', 'The same, for an API that is mounted at /config.'),
  operation('GET', '/reload', 'reloadByGet', 'The same for programs only: a browser is refused.'),
];
