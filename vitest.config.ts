import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^hookway$/, replacement: source('core/index.ts') },
      { find: /^hookway\/config$/, replacement: source('config/index.ts') },
      { find: /^hookway\/testing$/, replacement: source('core/testing/index.ts') },
      { find: /^hookway\/plugins\/([^/]+)$/, replacement: source('plugins/$1/index.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
    pool: 'forks',
    maxWorkers: 2,
    coverage: {
      include: ['core/**/*.ts', 'pki/**/*.ts', 'plugins/**/*.ts', 'config/**/*.ts', 'cli/**/*.ts'],
    },
  },
});
