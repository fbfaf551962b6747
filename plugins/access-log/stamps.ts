import { encode, type LineBytes, type Piece } from './line-bytes.ts';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const utc = 0x5a;

/** Writes a moment given in milliseconds since the epoch. */
export type Stamp = (line: LineBytes, epochMs: number) => void;

/** Remembers the text of a second, because most lines share theirs with the one before. */
function perSecond(textOf: (date: Date) => string): (second: number) => Piece {
  let known = Number.NaN;
  let piece = encode('');
  return (second) => {
    if (second !== known) {
      known = second;
      piece = encode(textOf(new Date(second * 1000)));
    }
    return piece;
  };
}

/** `2026-11-05T10:11:12.345Z` */
export function createIsoStamp(): Stamp {
  const upToSeconds = perSecond((date) => date.toISOString().slice(0, 19));
  return (line, epochMs) => {
    const second = Math.floor(epochMs / 1000);
    line.append(upToSeconds(second));
    line.decimals(Math.floor(epochMs - second * 1000));
    line.byte(utc);
  };
}

/** `05/Nov/2026:10:11:12 +0000` */
export function createCommonStamp(): Stamp {
  const pieceOf = perSecond((date) => {
    const [year, , day] = date.toISOString().slice(0, 10).split('-');
    return `${day}/${months[date.getUTCMonth()]}/${year}:${date.toISOString().slice(11, 19)} +0000`;
  });
  return (line, epochMs) => line.append(pieceOf(Math.floor(epochMs / 1000)));
}
