import { expect, onTestFinished, test, vi } from 'vitest';
import { printFailure, printUsageError } from '../../../cli/print.ts';
import { ConfigurationError } from '../../../core/index.ts';

function printed(action: () => void): string {
  const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  onTestFinished(() => write.mockRestore());
  action();
  return write.mock.calls.map(([text]) => String(text)).join('');
}

test('each problem of a configuration is a line with its place', () => {
  const error = new ConfigurationError([
    { place: 'plugins[1] load-balance › policy', message: 'expected one of "a", "b"' },
    { place: '', message: 'unknown key "x"' },
  ]);
  expect(printed(() => printFailure(error))).toBe(
    'hookway: plugins[1] load-balance › policy: expected one of "a", "b"\nhookway: unknown key "x"\n',
  );
});

test.each([
  ['EADDRINUSE', { address: '127.0.0.1', port: 80 }, '127.0.0.1:80: the address is in use'],
  ['EADDRINUSE', { address: '::', port: 80 }, '[::]:80: the address is in use'],
  ['EACCES', { address: '0.0.0.0', port: 80 }, '0.0.0.0:80: permission denied'],
  [
    'EADDRNOTAVAIL',
    { address: '192.0.2.1', port: 80 },
    '192.0.2.1:80: this machine does not have the address',
  ],
  ['ENOTFOUND', { hostname: 'no.example' }, 'no.example: the host name is unknown'],
])('%s is a line that names the address', (code, details, line) => {
  const error = Object.assign(new Error('listen failed'), { code, ...details });
  expect(printed(() => printFailure(error))).toBe(`hookway: cannot listen on ${line}\n`);
});

test('a bug comes with its stack trace', () => {
  expect(printed(() => printFailure(new TypeError('of undefined')))).toMatch(
    /^hookway: TypeError: of undefined\n +at /,
  );
});

test('wrong arguments look like the other failures', () => {
  expect(printed(() => printUsageError("error: unknown option '--x'\n"))).toBe(
    "hookway: unknown option '--x'\n",
  );
});
