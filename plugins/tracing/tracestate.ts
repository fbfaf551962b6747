const maxMembers = 32;
// W3C Trace Context 3.3.1.3
const member =
  /^([0-9a-z][0-9a-z_*/@-]{0,255})=[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** True for a list of at most 32 members with different keys; empty members are allowed. */
export function isTraceState(text: string): boolean {
  const keys = new Set<string>();
  for (const part of text.split(',')) {
    const trimmed = part.trim();
    if (trimmed === '') continue;
    const key = member.exec(trimmed)?.[1];
    if (key === undefined || keys.has(key) || keys.size === maxMembers) return false;
    keys.add(key);
  }
  return keys.size > 0;
}
