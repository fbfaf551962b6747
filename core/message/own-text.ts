/** Shorter ones are always texts of their own in V8. */
const shortestPart = 13;

/** A text of its own: one that was cut out of another, or put together, keeps all of that in memory. */
export function ownText(text: string): string {
  if (text.length < shortestPart) return text;
  const copy = Buffer.from(text, 'latin1').toString('latin1');
  return copy === text ? copy : text;
}
