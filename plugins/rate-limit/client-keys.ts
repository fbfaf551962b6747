import { formatAddress, networkOf, parseAddress, remember } from '../../core/index.ts';

const rememberAtMost = 4_096;

/** Clients by their addresses: an IPv4 address stands for one, an IPv6 network of that prefix length as well. */
export function createClientKeys(ipv6Prefix: number): (address: string) => string {
  const ofIPv6 = remember((text: string) => {
    const address = parseAddress(text);
    if (address === undefined) return text;
    return address.isV6
      ? `${formatAddress(networkOf(address, ipv6Prefix))}/${ipv6Prefix}`
      : formatAddress(address);
  }, rememberAtMost);
  return (address) => (address.includes(':') ? ofIPv6(address) : address);
}
