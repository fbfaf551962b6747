/** The text of a request without body. */
export function requestText(method: string, target: string, ...fields: string[]): string {
  return `${method} ${target} HTTP/1.1\r\nHost: a.example\r\n${fields.map((field) => `${field}\r\n`).join('')}\r\n`;
}

export const get = (target = '/', ...fields: string[]): string => requestText('GET', target, ...fields);

/** The text of a POST whose body is framed by its length. */
export function post(target: string, body: string, ...fields: string[]): string {
  return requestText('POST', target, `Content-Length: ${body.length}`, ...fields) + body;
}

/** Resolves in a later turn of the event loop than everything that is ready now. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
