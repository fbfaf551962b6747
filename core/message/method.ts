/** True when the method asks for nothing but information (RFC 9110 9.2.1). */
export function isSafe(method: string): boolean {
  return method === 'GET' || method === 'HEAD' || method === 'OPTIONS' || method === 'TRACE';
}

/**
 * True when servers can be relied on to read the content of such a request; that of GET, HEAD and DELETE has no
 * generally defined semantics, and some take it for the next request (RFC 9110 9.3.1, 9.3.2, 9.3.5).
 */
export function anticipatesContent(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'DELETE';
}

/** True when a request sent twice means the same as once (RFC 9110 9.2.2). */
export function isIdempotent(method: string): boolean {
  return isSafe(method) || method === 'PUT' || method === 'DELETE';
}
