export interface PemBlocks {
  readonly certificates: readonly string[];
  readonly keys: readonly string[];
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g;

/** Takes certificates and private keys out of a PEM text; everything else in it is left out. */
export function readPemBlocks(text: string): PemBlocks {
  const blocks = [...text.matchAll(block)].map(([pem, label]) => ({ pem: `${pem}\n`, label: label! }));
  const ending = (end: string): string[] =>
    blocks.filter(({ label }) => label.endsWith(end)).map(({ pem }) => pem);
  return { certificates: ending('CERTIFICATE'), keys: ending('PRIVATE KEY') };
}
