import type { Operation } from '../operation.ts';
import { aboutOperations } from './about.ts';
import { gateway } from './gateway.ts';
import { logs } from './logs.ts';
import { metrics } from './metrics.ts';
import { probes } from './probes.ts';
import { reload } from './reload.ts';
import { upstreams } from './upstreams.ts';

/** Everything that the API offers. */
export const operations: readonly Operation[] = [
  ...aboutOperations(() => operations),
  ...probes,
  ...gateway,
  ...reload,
  ...upstreams,
  ...logs,
  ...metrics,
];
