/** Something that collects output and lets it go when the turn of the event loop ends. */
export interface TurnEnd {
  onTurnEnd(): void;
}

let waiting: TurnEnd[] = [];
let spare: TurnEnd[] = [];

function endTurn(): void {
  const ending = waiting;
  waiting = spare;
  spare = [];
  for (const each of ending) each.onTurnEnd();
  ending.length = 0;
  spare = ending;
}

/**
 * Calls `onTurnEnd` once all sockets that were ready have been read (the check phase). Writing then in one burst keeps
 * the peers awake between the writes, which costs the kernel far less than waking them for each
 * (docs/decisions/0003-write-at-turn-end.md).
 */
export function atTurnEnd(each: TurnEnd): void {
  if (waiting.length === 0) setImmediate(endTurn);
  waiting.push(each);
}

/** Calls back once every socket that can be read now has been read. */
export function afterNextPoll(callback: () => void): void {
  setImmediate(() => setImmediate(callback)); // the first may still belong to the poll that is going on
}
