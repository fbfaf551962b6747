import { z } from 'zod';
import { definePlugin, Stage } from '../../core/index.ts';

const options = z.strictObject({
  maxBytes: z.int().min(0).default(1_048_576).describe('Bytes that the body of a request may have.'),
});

export default definePlugin({
  name: 'body-limit',
  options,
  setup({ hooks }, { maxBytes }) {
    hooks.onRequest.tap({ stage: Stage.Guard }, ({ outbound }) => outbound.body.limit(maxBytes));
  },
});
