import { equalsIgnoreCase } from '../../core/index.ts';

/** The value of Via without comments, nested ones included (RFC 9110 5.6.5); they may hold commas and anybody's name. */
function withoutComments(value: string): string {
  let rest = '';
  let start = 0;
  let depth = 0;
  for (let i = 0; i < value.length; i++) {
    const character = value[i];
    if (character === '\\' && depth > 0) i++;
    else if (character === '(' && depth++ === 0) rest += value.slice(start, i);
    else if (character === ')' && depth > 0 && --depth === 0) start = i + 1;
  }
  return depth > 0 ? rest : rest + value.slice(start);
}

/** True when `name`, in lower case, is among those who received the message (RFC 9110 7.6.3). */
export function hasPassed(via: string, name: string): boolean {
  const members = withoutComments(via).split(',');
  return members.some((member) => {
    const [, receivedBy = ''] = member.trim().split(/[ \t]+/, 2);
    return equalsIgnoreCase(receivedBy, name);
  });
}
