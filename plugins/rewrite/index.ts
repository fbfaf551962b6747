import { definePlugin, type OutboundRequest, respond } from '../../core/index.ts';
import { maxPathLength, options } from './options.ts';
import { createPathChanges } from './path-change.ts';
import { createQueryChange } from './query.ts';

// a segment that servers disagree about, made of pieces that were none
const dotSegment = /\/(?:\.|%2e){1,2}(?:$|[/;]|%2f|%5c|%3b)/i;
const encodedSeparatorBeforeDots = /(?:%2f|%5c)(?:\.|%2e){1,2}(?:$|[/;]|%2f|%5c|%3b)/i;

const tooLong = respond(414, {}, undefined, {
  code: 'path_too_long',
  detail: `The path has more than ${maxPathLength} characters.`,
});
const ambiguous = respond(400, {}, undefined, {
  code: 'ambiguous_path',
  detail: 'The path, as it was rewritten, has a dot segment.',
});

function isAmbiguous(path: string): boolean {
  return dotSegment.test(path) || encodedSeparatorBeforeDots.test(path);
}

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
      return isChanged && isAmbiguous(outbound.path) ? ambiguous : undefined;
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
