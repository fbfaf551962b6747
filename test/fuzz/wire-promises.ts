import assert from 'node:assert/strict';
import { isIP } from 'node:net';
import type { OriginRequest, WireFields } from 'hookway/testing';

// RFC 9110 5.6.2 and 5.5
const token = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Nobody who reads lines finds fields in here that the writer did not mean. */
export function checkFields(fields: WireFields): void {
  for (const [name, value] of fields) {
    assert.match(name, token);
    assert.match(value, fieldValue);
  }
}

const namesOf = (fields: WireFields): string[] => fields.map(([name]) => name.toLowerCase());

/** Names in a head, in lower case. */
export function namesIn(head: Buffer): Set<string> {
  const lines = head
    .toString('latin1')
    .split(/\r?\n|\r/)
    .slice(1);
  return new Set(lines.map((line) => line.split(':')[0]!.trim().toLowerCase()));
}

/** What the gateway and its plugins write into requests. */
const writtenToBackends = new Set(
  'host via x-request-id x-key traceparent tracestate x-client x-asked x-seen x-referer x-forwarded-for x-forwarded-proto x-forwarded-host x-forwarded-port x-real-ip forwarded client-cert client-cert-chain'.split(
    ' ',
  ),
);

/** What they write into responses. */
const writtenToClients = new Set(
  'date connection content-length transfer-encoding content-type content-encoding content-disposition vary etag via set-cookie x-session location allow allow-post link x-request-id x-key x-trace x-client x-asked x-seen x-answered x-server decision-trail decision-trail-record ratelimit ratelimit-policy retry-after www-authenticate cache-control server'.split(
    ' ',
  ),
);
const families =
  /^(?:access-control-|cross-origin-|x-content-type-options$|x-frame-options$|referrer-policy$|strict-transport-security$|content-security-policy$|permissions-policy$|x-permitted-|x-xss-|origin-agent-cluster$|x-dns-)/;

const foreignTo = (known: ReadonlySet<string>, sent: ReadonlySet<string>, fields: WireFields): string[] =>
  namesOf(fields).filter((name) => !known.has(name) && !sent.has(name) && !families.test(name));

/** A request as a backend may get it, whatever the client sent. */
export function checkRequest({ startLine, headers }: OriginRequest, sent: ReadonlySet<string>): void {
  assert.match(startLine, /^[!#$%&'*+.^_`|~\dA-Za-z-]+ [!-~]+ HTTP\/1\.1$/);
  checkFields(headers);
  assert.deepEqual(foreignTo(writtenToBackends, sent, headers), [], 'a field that nobody sent');
  assert.equal(namesOf(headers).filter((name) => name === 'host').length, 1);
  const hopByHop = namesOf(headers).filter((name) =>
    /^(?:keep-alive|proxy-connection|x-decision-trail)$/.test(name),
  );
  assert.deepEqual(hopByHop, []);
}

/** A response as a client may get it, whatever the backend sent. */
export function checkResponse(fields: WireFields, sent: ReadonlySet<string>): void {
  checkFields(fields);
  assert.deepEqual(foreignTo(writtenToClients, sent, fields), [], 'a field that nobody sent');
}

function all(request: OriginRequest, name: string): string[] {
  return request.headers.filter(([each]) => each.toLowerCase() === name).map(([, value]) => value);
}

const forms: readonly (readonly [name: string, form: RegExp])[] = [
  ['traceparent', /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/],
  ['x-request-id', /^[A-Za-z0-9][A-Za-z0-9._:=+/@~-]{0,127}$/],
  ['x-forwarded-proto', /^https?$/],
  ['x-forwarded-port', /^\d{1,5}$/],
  ['x-forwarded-host', /^[\w.~!$&'()*+,;=%-]*(?:\[[\da-f:.]+\])?(?::\d*)?$/i],
];

/** Fields that plugins write have their form, once, even when they repeat what a client said. */
export function checkForms(request: OriginRequest): void {
  for (const [name, form] of forms) {
    const values = all(request, name);
    assert(values.length <= 1, `${name} is there ${values.length} times`);
    for (const value of values) assert.match(value, form, name);
  }
  for (const value of all(request, 'x-real-ip')) assert(isIP(value) > 0, `X-Real-IP: ${value}`);
}

/** Where nobody is believed, backends are told of the peer and of nothing else. */
export function checkMistrust(request: OriginRequest, sentText: string): void {
  assert.deepEqual(all(request, 'x-forwarded-for'), ['127.0.0.1']);
  assert.deepEqual(all(request, 'x-real-ip'), ['127.0.0.1']);
  assert.deepEqual(all(request, 'x-forwarded-proto'), ['http']);
  assert.equal(all(request, 'forwarded').length, 1);
  assert.match(all(request, 'forwarded')[0]!, /^for="?127\.0\.0\.1"?;/);
  assert.deepEqual(all(request, 'x_forwarded_for'), []);
  for (const name of ['traceparent', 'x-request-id'])
    for (const value of all(request, name)) assert(!sentText.includes(value), `${name} was believed`);
}

/** What a backend reads of a certificate is of the one that was verified, or there is none. */
export function checkCertificate(request: OriginRequest, expected: string | undefined): void {
  assert.deepEqual(all(request, 'client-cert'), expected === undefined ? [] : [expected]);
  if (expected === undefined) assert.deepEqual(all(request, 'client-cert-chain'), []);
}
