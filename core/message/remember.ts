/**
 * Makes a pure function remember its answers, `atMost` of them: then all are forgotten, so that whoever sends ever new
 * arguments costs their computation and no memory.
 */
export function remember<Key, Answer>(compute: (key: Key) => Answer, atMost: number): (key: Key) => Answer {
  const known = new Map<Key, Answer>();
  return (key) => {
    const before = known.get(key);
    if (before !== undefined || known.has(key)) return before as Answer;
    const answer = compute(key);
    if (known.size >= atMost) known.clear();
    known.set(key, answer);
    return answer;
  };
}
