/** What is made smaller by compression; `*` at an end stands for anything. */
export const compressibleTypes: readonly string[] = [
  'text/*',
  '*+json',
  '*+xml',
  '*+text',
  'application/json',
  'application/javascript',
  'application/x-javascript',
  'application/xml',
  'application/graphql',
  'application/x-ndjson',
  'application/jsonl',
  'application/yaml',
  'application/toml',
  'application/rtf',
  'application/sql',
  'application/wasm',
  'application/vnd.ms-fontobject',
  'application/x-www-form-urlencoded',
  'font/ttf',
  'font/otf',
  'image/bmp',
  'image/x-icon',
  'image/vnd.microsoft.icon',
];

/** Type and subtype of a Content-Type, in lower case. */
function essenceOf(contentType: string): string {
  const end = contentType.indexOf(';');
  return (end < 0 ? contentType : contentType.slice(0, end)).trim().toLowerCase();
}

// what clients read piece by piece, or with the trailers that a compressed body has not
const streamed = /^(?:text\/event-stream$|application\/grpc)/;

/** Tells whether a Content-Type is one of the types; event streams and gRPC are only by their whole name. */
export function createTypeTest(types: readonly string[]): (contentType: string) => boolean {
  const wanted = types.map((type) => type.toLowerCase());
  const exact = new Set(wanted.filter((type) => !type.includes('*')));
  const starts = wanted.filter((type) => type.endsWith('*')).map((type) => type.slice(0, -1));
  const ends = wanted.filter((type) => type.startsWith('*')).map((type) => type.slice(1));
  return (contentType) => {
    const essence = essenceOf(contentType);
    if (exact.has(essence)) return true;
    if (streamed.test(essence)) return false;
    return starts.some((start) => essence.startsWith(start)) || ends.some((end) => essence.endsWith(end));
  };
}
