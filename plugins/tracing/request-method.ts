/** Methods of RFC 9110 and RFC 5789: what the HTTP conventions know. */
const known: ReadonlySet<string> = new Set([
  'CONNECT',
  'DELETE',
  'GET',
  'HEAD',
  'OPTIONS',
  'PATCH',
  'POST',
  'PUT',
  'TRACE',
]);

/** A method as spans name it: clients may invent any number of others. */
export interface RecordedMethod {
  /** Value of `http.request.method`. */
  readonly name: string;
  /** Value of `http.request.method_original`; undefined where it is the name. */
  readonly original: string | undefined;
  /** What a span's name begins with. */
  readonly inSpanName: string;
}

export function recordedMethod(method: string): RecordedMethod {
  if (known.has(method)) return { name: method, original: undefined, inSpanName: method };
  return { name: '_OTHER', original: method, inSpanName: 'HTTP' };
}
