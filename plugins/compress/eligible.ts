import { listHas, type ReadonlyFieldList } from '../../core/index.ts';

/** What makes an encoded body another one than its fields say. */
const digests = [
  'content-encoding',
  'content-range',
  'content-digest',
  'repr-digest',
  'digest',
  'content-md5',
];

function forbids(fields: ReadonlyFieldList): boolean {
  const given = fields.get('cache-control');
  return given !== undefined && fields.getAll('cache-control').some((list) => listHas(list, 'no-transform'));
}

/** The parts of a response that decide. */
export interface Candidate {
  readonly status: number;
  readonly fields: ReadonlyFieldList;
}

/** Whether the response may be encoded, as far as its length does not matter. */
export function mayEncode(
  { status, fields }: Candidate,
  request: ReadonlyFieldList,
  isCompressible: (contentType: string) => boolean,
): boolean {
  if (status < 200 || status === 204 || status === 206 || status === 304) return false;
  const type = fields.get('content-type');
  if (type === undefined || !isCompressible(type)) return false;
  // what a transform sends has no trailers
  if (fields.has('trailer') || digests.some((name) => fields.has(name))) return false;
  return !forbids(fields) && !forbids(request);
}

/** The validator of what is the same to people but not to the byte (RFC 9110 8.8.1). */
export function weakened(etag: string): string {
  return etag.startsWith('W/') ? etag : `W/${etag}`;
}
