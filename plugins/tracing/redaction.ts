/** Names of query parameters that are credentials: those of the HTTP conventions of OpenTelemetry, and usual ones. */
export const credentialParameters: readonly string[] = [
  'AWSAccessKeyId',
  'Signature',
  'sig',
  'X-Amz-Credential',
  'X-Amz-Security-Token',
  'X-Amz-Signature',
  'X-Goog-Credential',
  'X-Goog-Signature',
  'access_token',
  'api-key',
  'api_key',
  'apikey',
  'assertion',
  'auth',
  'authorization',
  'client_secret',
  'code',
  'id_token',
  'jwt',
  'pass',
  'passwd',
  'password',
  'refresh_token',
  'secret',
  'session',
  'session_id',
  'ticket',
  'token',
];

const redacted = 'REDACTED';

function decoded(name: string): string {
  if (!name.includes('%') && !name.includes('+')) return name;
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}

/** Replaces the values of these parameters, whatever their case or encoding; their names and all others stay. */
export function createRedaction(names: readonly string[]): (query: string) => string {
  const secret = new Set(names.map((name) => name.toLowerCase()));
  const isSecret = (name: string): boolean => secret.has(decoded(name).trim().toLowerCase());
  /** Some servers separate by `;` as well; for others what is behind it belongs to the value. */
  const clean = (pair: string): string => {
    let at = 0;
    for (const part of pair.split(';')) {
      const equals = part.indexOf('=');
      if (equals >= 0 && isSecret(part.slice(0, equals)))
        return `${pair.slice(0, at + equals + 1)}${redacted}`;
      at += part.length + 1;
    }
    return pair;
  };
  return (query) => (query.includes('=') ? query.split('&').map(clean).join('&') : query);
}
