import { expect, test } from 'vitest';
import { checkConfiguration, ConfigurationError, type PluginEntry } from '../../../core/index.ts';
import accessLog from '../../../plugins/access-log/index.ts';
import errorLog from '../../../plugins/error-log/index.ts';
import forwardedHeaders from '../../../plugins/forwarded-headers/index.ts';
import loadBalance from '../../../plugins/load-balance/index.ts';
import requestId from '../../../plugins/request-id/index.ts';
import via from '../../../plugins/via/index.ts';

type Factory = (options?: never) => PluginEntry;

/** What is said of a configuration with this plugin; empty when it is accepted. */
async function complaintsOf(factory: Factory, options: unknown): Promise<string[]> {
  const backends = ['http://127.0.0.1:1'];
  try {
    await checkConfiguration({
      listeners: [{ port: 0 }],
      upstreams: { app: { backends } },
      routes: [{ upstream: 'app' }],
      plugins: [factory(options as never)],
    });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return error.message.split('\n');
  }
}

const factories: Readonly<Record<string, Factory>> = {
  'access-log': accessLog,
  'error-log': errorLog,
  'forwarded-headers': forwardedHeaders,
  'load-balance': loadBalance,
  'request-id': requestId,
  via,
};

test.each(Object.keys(factories))(
  '%s needs no options and takes none that it does not know',
  async (name) => {
    expect(await complaintsOf(factories[name]!, undefined)).toEqual([]);
    expect(await complaintsOf(factories[name]!, { typo: 1 })).toEqual([
      `plugins[0] ${name}: Unrecognized key: "typo"`,
    ]);
  },
);

test.each([
  ['forwarded-headers', { trust: ['loopback', 'private', '203.0.113.7', '2001:db8::/32'] }],
  ['forwarded-headers', { fields: [], source: 'forwarded' }],
  ['error-log', { faults: ['client'], recoveryMs: 0, quietMs: 1_000, reminderMs: 1_000, maxIncidents: 1 }],
  ['via', { name: 'gateway.example.com:8080' }],
  ['request-id', { header: 'X-Correlation-ID', trustInbound: true, response: false }],
  ['load-balance', { policy: 'round-robin' }],
  ['access-log', { format: 'combined', query: false, maxDelayMs: 0, maxBufferedBytes: 65_536 }],
  [
    'access-log',
    { format: 'logfmt', fields: ['time', 'timers.total', 'request.header.x-a'], sampleShare: 0 },
  ],
  ['access-log', { format: '{client.address} {method} {status} {timers.total}', slowMs: 1_000 }],
  ['access-log', { skip: [{ paths: ['/health'], statuses: ['2xx', 304] }], redact: { address: true } }],
])('%s takes %j', async (name, options) => {
  expect(await complaintsOf(factories[name]!, options)).toEqual([]);
});

const notFormat =
  'must be "json", "logfmt", "combined" or a template like "{client.address} {method} {status}"';
const ownFields = 'has its own fields: leave out fields, requestHeaders, responseHeaders';
const notTrust = 'is not an address, a CIDR block, "loopback" or "private"';
const notName = 'must be a name without blanks, like "edge-1" or "gateway.example.com:8080"';

test.each([
  ['forwarded-headers', { trust: ['loopback', '10.0.0.0/40'] }, `trust[1]: "10.0.0.0/40" ${notTrust}`],
  [
    'forwarded-headers',
    { trust: ['10.0.0.9/8'] },
    'trust[0]: "10.0.0.9/8" has bits behind its prefix, did you mean "10.0.0.0/8"?',
  ],
  [
    'forwarded-headers',
    { source: 'x-real-ip' },
    'source: Invalid option: expected one of "x-forwarded"|"forwarded"',
  ],
  [
    'forwarded-headers',
    { fields: ['via'] },
    'fields[0]: Invalid option: expected one of "x-forwarded"|"x-real-ip"|"forwarded"',
  ],
  ['via', { name: 'my gateway' }, `name: ${notName}`],
  ['via', { name: '' }, `name: ${notName}`],
  ['via', { name: 'a, 1.1 b' }, `name: ${notName}`],
  [
    'request-id',
    { header: 'x request id' },
    'header: must be the name of a header field that plugins may set',
  ],
  [
    'request-id',
    { header: 'Content-Length' },
    'header: must be the name of a header field that plugins may set',
  ],
  [
    'load-balance',
    { policy: 'fastest' },
    'policy: Invalid option: expected one of "round-robin"|"random"|"least-requests"|"power-of-two"|"peak-ewma"|"ring-hash"|"maglev"',
  ],
  ['access-log', { format: 'xml' }, `format: ${notFormat}`],
  ['access-log', { format: '{statuss} {x' }, 'format: a "{" has no "}"; "{{" stands for one "{"'],
  ['access-log', { format: '{statuss}' }, 'format: {statuss} is not known, did you mean "status"?'],
  [
    'access-log',
    { format: '{timers.totl}' },
    'format: {timers.totl} is not known, did you mean "timers.total"?',
  ],
  ['access-log', { format: '{a}\n{b}' }, 'format: must be one line'],
  ['access-log', { fields: ['clint'] }, 'fields[0]: "clint" is not known, did you mean "client"?'],
  ['access-log', { fields: ['time', 'time'] }, 'fields[1]: "time" is there twice'],
  ['access-log', { format: 'combined', fields: ['time'] }, `format: ${ownFields}`],
  ['access-log', { format: '{status}', requestHeaders: ['via'] }, `format: ${ownFields}`],
  ['access-log', { requestHeaders: ['a b'] }, 'requestHeaders[0]: is not a header field that plugins see'],
  ['access-log', { sampleShare: 2 }, 'sampleShare: Too big: expected number to be <=1'],
  ['access-log', { skip: [{}] }, 'skip[0]: must name something to skip'],
  ['access-log', { skip: [{ paths: ['a'] }] }, 'skip[0] › paths[0]: must begin with "/"'],
  [
    'access-log',
    { skip: [{ statuses: ['6xx'] }] },
    'skip[0] › statuses[0]: must be a status like 404 or "4xx"',
  ],
  ['access-log', { skip: [{ methods: ['get'] }] }, 'skip[0] › methods[0]: must be a method, in capitals'],
  [
    'access-log',
    { redact: { headers: ['host'] } },
    'redact › headers[0]: is not a header field that plugins see',
  ],
  ['error-log', { quietMs: 10 }, 'quietMs: Too small: expected number to be >=1000'],
  ['error-log', { maxIncidents: 0 }, 'maxIncidents: Too small: expected number to be >=1'],
  ['access-log', { maxDelayMs: -1 }, 'maxDelayMs: Too small: expected number to be >=0'],
  ['access-log', { file: '' }, 'file: must be the name of a file'],
  ['access-log', { maxBufferedBytes: 1 }, 'maxBufferedBytes: Too small: expected number to be >=65536'],
])('%s refuses %j', async (name, options, complaint) => {
  expect(await complaintsOf(factories[name]!, options)).toEqual([`plugins[0] ${name} › ${complaint}`]);
});
