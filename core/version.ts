import { createRequire } from 'node:module';

const { version: own } = createRequire(import.meta.url)('hookway/package.json') as { version: string };

/** Version of the package. */
export const version = own;
