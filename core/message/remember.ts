import { ownText } from './own-text.ts';

/** Longer texts are not worth their memory: nobody but who wants to fill it sends them again and again. */
const longestText = 256;

/**
 * Makes a pure function remember its answers, `atMost` of them: then all are forgotten, so that whoever sends ever new
 * arguments costs their computation and no memory. Of texts only those of up to 256 characters are remembered.
 */
export function remember<Key, Answer>(compute: (key: Key) => Answer, atMost: number): (key: Key) => Answer {
  const known = new Map<Key, Answer>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined || known.has(key)) return before as Answer;
    if (typeof key === 'string' && key.length > longestText) return compute(key);
    const own = (typeof key === 'string' ? ownText(key) : key) as Key;
    const answer = compute(own); // what it cuts out of the text is to keep no more than that
    if (known.size >= atMost) known.clear();
    known.set(own, answer);
    return answer;
  };
}
