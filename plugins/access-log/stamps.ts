const thousandths = Array.from({ length: 1_000 }, (_, index) => String(index).padStart(3, '0'));
const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Remembers the text of a second, because most lines share theirs with the one before. */
function perSecond(write: (date: Date) => string): (second: number) => string {
  let known = Number.NaN;
  let text = '';
  return (second) => {
    if (second !== known) {
      known = second;
      text = write(new Date(second * 1000));
    }
    return text;
  };
}

/** Writes milliseconds since the epoch as `2026-11-05T10:11:12.345Z`. */
export function createIsoStamp(): (epochMs: number) => string {
  const upToSeconds = perSecond((date) => date.toISOString().slice(0, 20));
  return (epochMs) => {
    const second = Math.floor(epochMs / 1000);
    return `${upToSeconds(second)}${thousandths[Math.floor(epochMs - second * 1000)]!}Z`;
  };
}

/** Writes milliseconds since the epoch as `05/Nov/2026:10:11:12 +0000`. */
export function createCommonStamp(): (epochMs: number) => string {
  const text = perSecond((date) => {
    const [year, , day] = date.toISOString().slice(0, 10).split('-');
    return `${day}/${months[date.getUTCMonth()]}/${year}:${date.toISOString().slice(11, 19)} +0000`;
  });
  return (epochMs) => text(Math.floor(epochMs / 1000));
}

/** A duration with three decimals; never negative. */
export function milliseconds(durationMs: number): string {
  const micros = durationMs > 0 ? Math.round(durationMs * 1000) : 0;
  const whole = Math.floor(micros / 1000);
  return `${whole}.${thousandths[micros - whole * 1000]!}`;
}
