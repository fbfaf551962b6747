import { MetricsText } from '../../metrics/tokens.ts';
import { type ApiAnswer, ApiProblem, answerText } from '../message.ts';
import type { Call, Operation } from '../operation.ts';

async function run({ view }: Call): Promise<ApiAnswer> {
  const metrics = view.use(MetricsText);
  if (metrics === undefined) throw new ApiProblem(404, 'not_found', 'The plugin metrics is not listed.');
  const { contentType, text } = await metrics.read();
  return answerText(200, contentType, text);
}

export const metrics: readonly Operation[] = [
  {
    method: 'GET',
    path: '/metrics',
    id: 'getMetrics',
    about: 'All numbers as Prometheus reads them, where the plugin metrics is listed.',
    success: [{ status: 200, about: "Prometheus' text format.", schema: undefined }],
    failures: [404],
    run,
  },
];
