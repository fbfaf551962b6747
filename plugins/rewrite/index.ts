import { checkPath, definePlugin, type OutboundRequest, respond } from '../../core/index.ts';
import { maxPathLength, options } from './options.ts';
import { createPathChanges } from './path-change.ts';
import { createQueryChange } from './query.ts';

// what other plugins in the box use as well
export { mayTakeLong } from './pattern-cost.ts';

const tooLong = respond(414, {}, undefined, {
  code: 'path_too_long',
  detail: `The path has more than ${maxPathLength} characters.`,
});
export default definePlugin({
  name: 'rewrite',
  options,
  setup({ hooks }, settings) {
    const { query, host, regex } = settings;
    const changes = createPathChanges(settings);
    const maxLength = regex.length > 0 ? maxPathLength : Infinity;
    const changeQuery = query === undefined ? undefined : createQueryChange(query);

    const rewritePath = (outbound: OutboundRequest): typeof tooLong | undefined => {
      if (outbound.path.charCodeAt(0) !== 0x2f) return undefined; // OPTIONS * and CONNECT
      if (outbound.path.length > maxLength) return tooLong;
      let isChanged = false;
      for (const change of changes) isChanged = change(outbound) || isChanged;
      // pieces that were harmless may have come together to something else
      if (isChanged) checkPath(outbound.path);
      return undefined;
    };

    hooks.onRequest.tap(({ outbound }) => {
      const refusal = rewritePath(outbound);
      if (refusal !== undefined) return refusal;
      if (changeQuery !== undefined) outbound.query = changeQuery(outbound.query);
      if (host !== undefined) outbound.authority = host;
      return undefined;
    });
  },
});
