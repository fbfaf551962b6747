import { isMappedIPv4, readIPv6 } from '../ip-filter/index.ts';

const rememberAtMost = 4_096;

function ipv4Of(groups: readonly number[]): string {
  const [high, low] = [groups[6]!, groups[7]!];
  return `${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
}

/** The network of that many bits, as hexadecimal groups. */
function networkOf(groups: readonly number[], prefix: number): string {
  let text = '';
  for (let index = 0; index * 16 < prefix; index++) {
    const bits = Math.min(16, prefix - index * 16);
    const group = groups[index]! & (0xffff << (16 - bits)) & 0xffff;
    text += index === 0 ? group.toString(16) : `:${group.toString(16)}`;
  }
  return `${text}/${prefix}`;
}

function keyOf(text: string, prefix: number): string {
  const zone = text.indexOf('%'); // this machine's business (RFC 4007 11)
  const groups = readIPv6(zone < 0 ? text : text.slice(0, zone));
  if (groups === undefined) return text;
  return isMappedIPv4(groups) ? ipv4Of(groups) : networkOf(groups, prefix);
}

/** Clients by their addresses: an IPv4 address stands for one, an IPv6 network of that prefix length as well. */
export class ClientKeys {
  readonly #prefix: number;
  readonly #known = new Map<string, string>();

  constructor(ipv6Prefix: number) {
    this.#prefix = ipv6Prefix;
  }

  get(address: string): string {
    if (!address.includes(':')) return address;
    const known = this.#known.get(address);
    if (known !== undefined) return known;
    if (this.#known.size >= rememberAtMost) this.#known.clear();
    const key = keyOf(address, this.#prefix);
    this.#known.set(address, key);
    return key;
  }
}
