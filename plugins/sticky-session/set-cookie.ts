export interface CookieSettings {
  readonly path: string;
  readonly domain: string | undefined;
  readonly maxAgeSeconds: number | undefined;
  readonly sameSite: 'strict' | 'lax' | 'none';
}

const sameSiteNames = { strict: 'Strict', lax: 'Lax', none: 'None' } as const;

/** What follows name and value in Set-Cookie (RFC 6265 4.1). */
export function attributesOf(settings: CookieSettings, isSecure: boolean): string {
  const { path, domain, maxAgeSeconds, sameSite } = settings;
  return [
    '',
    `Path=${path}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(maxAgeSeconds === undefined ? [] : [`Max-Age=${maxAgeSeconds}`]),
    ...(isSecure ? ['Secure'] : []),
    'HttpOnly',
    `SameSite=${sameSiteNames[sameSite]}`,
  ].join('; ');
}
