import { fileURLToPath } from 'node:url';
import { createJiti } from 'jiti';

/*
 * npm run fuzz -- --seconds 600 [--seed 7] [--target requests]
 * Names of the package lead to the sources, as in tests, so that what runs is what is watched.
 */

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const alias = {
  hookway: source('core/index.ts'),
  'hookway/config': source('config/index.ts'),
  'hookway/testing': source('core/testing/index.ts'),
  'hookway/plugins': source('plugins'),
};

await createJiti(import.meta.url, { alias }).import('./long-run.ts');
