/** Directives of a Content-Security-Policy with their sources, or the policy as text. */
export type ContentPolicy = string | Readonly<Record<string, readonly string[]>>;

/** Features with the origins that may use them, `self` and `*` among them; or the policy as text. */
export type FeaturePolicy = string | Readonly<Record<string, readonly string[]>>;

/** Who may show a page in a frame. */
export type Frames = 'none' | 'same-origin' | readonly string[];

const keyword =
  /^(?:none|self|unsafe-inline|unsafe-eval|unsafe-hashes|wasm-unsafe-eval|strict-dynamic|report-sample)$/;

/** `self` becomes `'self'`, and so do the other words that must have quotes (CSP3 2.3.1). */
function source(text: string): string {
  const isQuoted = keyword.test(text) || /^(?:nonce|sha256|sha384|sha512)-/.test(text);
  return isQuoted ? `'${text}'` : text;
}

function contentPolicyText(policy: ContentPolicy): string {
  if (typeof policy === 'string') return policy.trim().replace(/;$/, '');
  return Object.entries(policy)
    .map(([directive, sources]) => [directive, ...sources.map(source)].join(' '))
    .join('; ');
}

function frameAncestors(frames: Frames): string {
  const sources = frames === 'none' ? ['none'] : frames === 'same-origin' ? ['self'] : frames;
  return `frame-ancestors ${sources.map(source).join(' ')}`;
}

/** The policy with who may frame the page, unless it says so itself; undefined when there is nothing to say. */
export function contentSecurityPolicy(
  policy: ContentPolicy | undefined,
  frames: Frames | undefined,
): string | undefined {
  const isSaidOtherwise = frames === undefined || typeof frames === 'string';
  if (policy === undefined) return isSaidOtherwise ? undefined : frameAncestors(frames);
  const text = contentPolicyText(policy);
  const isSaid = frames === undefined || /(?:^|;)\s*frame-ancestors(?:[\s;]|$)/i.test(text);
  const directives = isSaid ? [text] : [text, frameAncestors(frames)];
  return directives.filter((each) => each !== '').join('; ') || undefined;
}

/** X-Frame-Options; undefined for a list of origins, which it cannot say. */
export function frameOptions(frames: Frames | undefined): string | undefined {
  if (frames === 'none') return 'DENY';
  return frames === 'same-origin' ? 'SAMEORIGIN' : undefined;
}

function allowed(origins: readonly string[]): string {
  if (origins.includes('*')) return '*';
  return `(${origins.map((origin) => (origin === 'self' ? origin : `"${origin}"`)).join(' ')})`;
}

/** `camera=(), geolocation=(self "https://a.example")`. */
export function permissionsPolicy(policy: FeaturePolicy): string {
  if (typeof policy === 'string') return policy;
  return Object.entries(policy)
    .map(([feature, origins]) => `${feature}=${allowed(origins)}`)
    .join(', ');
}

export interface Hsts {
  readonly maxAgeSeconds: number;
  readonly includeSubDomains: boolean;
  readonly preload: boolean;
}

/** RFC 6797 6.1. */
export function strictTransportSecurity({ maxAgeSeconds, includeSubDomains, preload }: Hsts): string {
  return `max-age=${maxAgeSeconds}${includeSubDomains ? '; includeSubDomains' : ''}${preload ? '; preload' : ''}`;
}
