/** A request to be explained. */
export interface DryRequest {
  readonly method: string;
  readonly url: DryUrl;
  /** In order, as a client would send them. */
  readonly fields: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer | undefined;
  /** Address of the client. */
  readonly client: string;
}

/** A URL taken apart without changing its path, so that what the gateway refuses can be explained, too. */
export interface DryUrl {
  readonly scheme: 'http' | 'https';
  readonly authority: string;
  readonly port: number;
  /** Path and query as written. */
  readonly target: string;
}

const urlPattern = /^(https?):\/\/([^/?#\s]+)([^#]*)/i;

/** @throws TypeError for what is not an absolute http or https URL. */
export function parseUrl(text: string): DryUrl {
  const match = urlPattern.exec(text);
  if (match === null)
    throw new TypeError(`the URL must be absolute, such as https://api.example.com/v1, not ${text}`);
  const scheme = match[1]!.toLowerCase() as 'http' | 'https';
  const [, , authority = '', rest = ''] = match;
  const port = /:([0-9]{1,5})$/.exec(authority)?.[1];
  return {
    scheme,
    authority,
    port: port === undefined ? (scheme === 'https' ? 443 : 80) : Number(port),
    target: rest.startsWith('/') ? rest : `/${rest}`,
  };
}

/** The request as it comes over the wire: Host and Content-Length are added where the caller gave none. */
export function requestBytes({ method, url, fields, body }: DryRequest): Buffer {
  const isGiven = (name: string): boolean => fields.some(([each]) => each.toLowerCase() === name);
  const target = method === 'CONNECT' ? url.authority : url.target;
  const lines = [`${method} ${target} HTTP/1.1`];
  if (!isGiven('host')) lines.push(`Host: ${url.authority}`);
  for (const [name, value] of fields) lines.push(`${name}: ${value}`);
  if (body !== undefined && !isGiven('content-length') && !isGiven('transfer-encoding'))
    lines.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), body ?? Buffer.alloc(0)]);
}
