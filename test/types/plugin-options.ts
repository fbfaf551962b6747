// Checked by the compiler only: what a plugin's schema says is what its set-up gets and what its callers must give.
import { definePlugin, only, type PluginEntry, type PluginHost } from 'hookway';
import { z } from 'zod';
import { type Equal, expectType } from './equal.ts';

const limited = definePlugin({
  name: 'limited',
  options: z.strictObject({
    limit: z.int().positive(),
    windowMs: z.int().default(60_000),
    by: z.enum(['address', 'user']).optional(),
  }),
  setup(gateway, options) {
    expectType<Equal<typeof gateway, PluginHost>>();
    expectType<
      Equal<typeof options, { limit: number; windowMs: number; by?: 'address' | 'user' | undefined }>
    >();
    // @ts-expect-error unknown option
    void options.burst;
  },
});

const entry = limited({ limit: 1 });
expectType<Equal<typeof entry, PluginEntry>>();
limited({ limit: 1, windowMs: 5, by: 'user' });
// @ts-expect-error `limit` is missing
limited({});
// @ts-expect-error options are missing
limited();
// @ts-expect-error `limit` is a number
limited({ limit: '1' });
// @ts-expect-error `limits` is unknown
limited({ limit: 1, limits: 2 });
// @ts-expect-error `by` is one of two names
limited({ limit: 1, by: 'cookie' });

const relaxed = definePlugin({
  name: 'relaxed',
  options: z.strictObject({ level: z.int().default(3) }),
  setup(_gateway, { level }) {
    expectType<Equal<typeof level, number>>();
  },
});

relaxed();
relaxed({});
relaxed({ level: 1 });
// @ts-expect-error `level` is a number
relaxed({ level: 'high' });

const transformed = definePlugin({
  name: 'transformed',
  options: z.strictObject({ names: z.string().transform((text) => text.split(',')) }),
  setup(_gateway, { names }) {
    expectType<Equal<typeof names, string[]>>();
  },
});

transformed({ names: 'a,b' });
// @ts-expect-error callers give what the schema takes, not what it makes of it
transformed({ names: ['a'] });

const plain = definePlugin({
  name: 'plain',
  async setup(gateway) {
    expectType<Equal<typeof gateway, PluginHost>>();
    await Promise.resolve();
  },
});

plain();
// @ts-expect-error it takes no options
plain({});

// @ts-expect-error a plugin has a name
definePlugin({ setup() {} });
// @ts-expect-error a plugin has a set-up
definePlugin({ name: 'nothing' });

const scoped = only({ routes: ['api'] }, limited({ limit: 1 }), [relaxed(), false, null, undefined]);
expectType<Equal<typeof scoped, PluginEntry[]>>();
// @ts-expect-error a plugin must be called
only({ routes: ['api'] }, relaxed);
// @ts-expect-error routes are named in a list
only({ routes: 'api' }, relaxed());
