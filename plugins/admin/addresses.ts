import { type AddressBlock, compareAddresses, parseAddress, parseAddressBlocks } from '../../core/index.ts';

const loopback = parseAddressBlocks('loopback');

function contains({ first, last }: AddressBlock, block: AddressBlock): boolean {
  return compareAddresses(first, block.first) <= 0 && compareAddresses(block.last, last) <= 0;
}

function isWithin(block: AddressBlock, blocks: readonly AddressBlock[]): boolean {
  return blocks.some((each) => each.first.isV6 === block.first.isV6 && contains(each, block));
}

/** Whether an address is in one of these lists of addresses, CIDR blocks and keywords. */
export function createAddressCheck(entries: readonly string[]): (address: string) => boolean {
  const blocks = entries.flatMap(parseAddressBlocks);
  return (text) => {
    const address = parseAddress(text);
    return address !== undefined && isWithin({ first: address, last: address }, blocks);
  };
}

/** Whether nobody but this machine has the addresses of an entry. */
export function isLoopbackEntry(entry: string): boolean {
  return parseAddressBlocks(entry).every((block) => isWithin(block, loopback));
}

const isLoopbackAddress = createAddressCheck(['loopback']);

/** Whether a host, without brackets, is this machine for itself (RFC 6761 6.3). */
export function isLoopbackHost(host: string): boolean {
  return /^(.+\.)?localhost$/i.test(host) || isLoopbackAddress(host);
}
