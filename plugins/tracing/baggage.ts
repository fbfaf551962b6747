const maxMembers = 64;
const maxBytes = 8_192;

const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const value = '[\\x21\\x23-\\x2b\\x2d-\\x3a\\x3c-\\x5b\\x5d-\\x7e]*';
const blank = '[ \\t]*';
// W3C Baggage 3.3: key "=" value *( ";" property )
const member = new RegExp(
  `^${token}${blank}=${blank}${value}(?:${blank};${blank}${token}(?:${blank}=${blank}${value})?)*$`,
);

/**
 * The members that may be passed on: well-formed ones, in order, while they are at most 64 and 8,192 bytes together
 * (W3C Baggage 3.3.2). What is in order comes back as it is; undefined when nothing is left.
 */
export function boundedBaggage(text: string): string | undefined {
  const kept: string[] = [];
  let bytes = -1; // a comma less than members
  let isWhole = true;
  for (const part of text.split(',')) {
    const trimmed = part.trim();
    const fits = kept.length < maxMembers && bytes + 1 + trimmed.length <= maxBytes;
    if (fits && member.test(trimmed)) {
      kept.push(trimmed);
      bytes += 1 + trimmed.length;
    } else isWhole = false;
  }
  if (isWhole && text.length <= maxBytes) return text;
  return kept.length === 0 ? undefined : kept.join(',');
}
