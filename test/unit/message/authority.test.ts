import { describe, expect, test } from 'vitest';
import { parseAuthority, readAuthority } from '../../../core/message/authority.ts';
import { codeOf } from '../../support/errors.ts';

describe('an authority', () => {
  test.each([
    ['example.com', 'example.com', undefined],
    ['EXAMPLE.com', 'example.com', undefined],
    ['example.com:8080', 'example.com', 8080],
    ['example.com:', 'example.com', undefined],
    ['example.com.', 'example.com', undefined],
    ['example.com.:80', 'example.com', 80],
    ['127.0.0.1:1', '127.0.0.1', 1],
    ['[::1]', '[::1]', undefined],
    ['[::1]:443', '[::1]', 443],
    ['[2001:DB8::1]', '[2001:db8::1]', undefined],
    ['[0:0:0:0:0:0:0:1]:443', '[::1]', 443],
    ['[::FFFF:127.0.0.1]', '[::ffff:7f00:1]', undefined],
    ['a_b', 'a_b', undefined],
    ['a:65535', 'a', 65535],
    ['a:0', 'a', 0],
  ])('%j has the host %j and the port %j', (text, hostname, port) => {
    expect(parseAuthority(text)).toEqual({ hostname, port });
    expect(readAuthority(text)).toEqual({ hostname, port });
    expect(readAuthority(text)).toEqual({ hostname, port });
  });

  test.each([
    '',
    '.',
    ':80',
    'a b',
    'a/b',
    'user@host',
    'user:pw@host',
    'a:b',
    'a:-1',
    'a:+1',
    'a: 80',
    'a:65536',
    'a:000080',
    'a:80:80',
    'a,b ',
    'a%41',
    '::1',
    '[::1',
    '::1]',
    '[::1]x',
    '[::1]80',
    '[]',
    '[1.2.3.4]',
    '[fe80::1%25eth0]',
    '[v1.x]',
    'a[b',
    'a]b',
    'a\\b',
    'a#b',
    'a?b',
    'é',
    'a\0',
    '..',
    '.a',
    'a..b',
    'a..',
    'a...',
  ])('%j is refused', (text) => {
    expect(codeOf(() => parseAuthority(text))).toBe('invalid_host');
    expect(codeOf(() => readAuthority(text))).toBe('invalid_host');
  });
});

test('many different hosts are read as well as few', () => {
  for (let i = 0; i < 3_000; i++) expect(readAuthority(`h${i}:${i}`)).toEqual({ hostname: `h${i}`, port: i });
});
