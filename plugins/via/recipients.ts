import { equalsIgnoreCase } from '../../core/index.ts';

/** Length of the comment that starts at `at`, nested ones included (RFC 9110 5.6.5); the rest when it is open. */
function endOfComment(text: string, at: number): number {
  let depth = 0;
  for (let i = at; i < text.length; i++) {
    const character = text[i];
    if (character === '\\') i++;
    else if (character === '(') depth++;
    else if (character === ')' && --depth === 0) return i + 1;
  }
  return text.length;
}

/** The value of Via with its comments taken out; they may hold commas and anybody's name. */
function withoutComments(value: string): string {
  let rest = value;
  for (let at = rest.indexOf('('); at >= 0; at = rest.indexOf('(', at)) {
    rest = rest.slice(0, at) + rest.slice(endOfComment(rest, at));
  }
  return rest;
}

/** True when `name`, in lower case, is among those who received the message (RFC 9110 7.6.3). */
export function hasPassed(via: string, name: string): boolean {
  const members = withoutComments(via).split(',');
  return members.some((member) => {
    const [, receivedBy = ''] = member.trim().split(/[ \t]+/, 2);
    return equalsIgnoreCase(receivedBy, name);
  });
}
