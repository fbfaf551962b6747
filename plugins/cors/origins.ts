import { mayTakeLong } from '../rewrite/index.ts';

const syntax = /^[a-z][a-z0-9+.-]*:\/\/(?:\*\.)?(?:[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::[0-9]{1,5})?$/;
const longestOrigin = 300; // a host has at most 253 characters
const subdomain = /^[a-z0-9._-]+$/;

/** What is wrong with an origin of a configuration; undefined when nothing is. */
export function complaintAboutOrigin(text: string): string | undefined {
  if (text === 'null' || text === '*') return undefined;
  if (!syntax.test(text))
    return 'must be an origin like "https://app.example.com" or "https://*.example.com"';
  const isDefault = /^http:.*:80$|^https:.*:443$/.test(text);
  return isDefault
    ? `must be ${JSON.stringify(text.replace(/:[0-9]+$/, ''))}, as browsers write it`
    : undefined;
}

/** What is wrong with an expression for origins, which anybody may send; undefined when nothing is. */
export function complaintAboutPattern({ source, flags }: RegExp): string | undefined {
  if (/[iv]/.test(flags)) return 'must not have the flags "i" and "v"; browsers write origins in lower case';
  try {
    if (!mayTakeLong(`^(?:${source})$`, longestOrigin)) return undefined;
  } catch (error) {
    return (error as Error).message;
  }
  return 'may take too long for some origins: repeat nothing that repeats, and write "[^.]+" for ".+"';
}

type Test = (origin: string) => boolean;

function subdomainTest(pattern: string): Test {
  const [start = '', end = ''] = pattern.split('*');
  return (origin) =>
    origin.startsWith(start) &&
    origin.endsWith(end) &&
    subdomain.test(origin.slice(start.length, origin.length - end.length));
}

/** The expression for a whole origin: one that is found in the middle would let in `https://example.com.evil.example`. */
function wholeTest({ source, flags }: RegExp): Test {
  const whole = new RegExp(`^(?:${source})$`, flags.replace(/[gy]/g, ''));
  return (origin) => whole.test(origin);
}

/** Tells whether an Origin is one of these: exact ones, subdomains by `*.`, expressions, or `*` for all. */
export function createOriginTest(origins: readonly (string | RegExp)[]): Test {
  if (origins.includes('*')) return () => true;
  const texts = origins.filter((origin) => typeof origin === 'string');
  const exact = new Set(texts.filter((origin) => !origin.includes('*')));
  const tests = [
    ...texts.filter((origin) => origin.includes('*')).map(subdomainTest),
    ...origins.filter((origin) => typeof origin !== 'string').map(wholeTest),
  ];
  return (origin) => {
    if (exact.has(origin)) return true;
    return origin.length <= longestOrigin && origin !== 'null' && tests.some((test) => test(origin));
  };
}
