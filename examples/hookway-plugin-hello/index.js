import { definePlugin } from 'hookway';
import { z } from 'zod';

export default definePlugin({
  name: 'hello',
  options: z.strictObject({
    greeting: z.string().min(1).default('Hello').describe('What X-Hello says.'),
  }),
  setup({ hooks }, { greeting }) {
    hooks.onResponse.tap(({ response }) => response.fields.set('X-Hello', greeting));
  },
});
