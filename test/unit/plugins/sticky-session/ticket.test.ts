import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type TicketSettings, Tickets } from '../../../../plugins/sticky-session/ticket.ts';

const [a, b] = [{ name: '10.0.0.1:8080' }, { name: '10.0.0.2:8080' }] as const;
const secrets = ['the first secret of all'];
const startSeconds = 1_800_000_000;

function ticketsOf(
  settings: Partial<TicketSettings> = {},
  upstream = 'app',
  backends: readonly { readonly name: string }[] = [a, b],
) {
  const standard = { secrets, maxAgeSeconds: undefined, nowSeconds: () => startSeconds };
  return new Tickets(upstream, backends, { ...standard, ...settings });
}

test.each([undefined, 3_600])('a ticket finds its backend again (maximum age %s)', (maxAgeSeconds) => {
  const tickets = ticketsOf({ maxAgeSeconds });
  for (const backend of [a, b]) {
    expect(tickets.check(tickets.issue(backend)!)).toEqual({ backend, mustRenew: false });
  }
});

test('tickets are the same in every process that has the same names and the secret', () => {
  expect(ticketsOf().issue(a)).toBe(ticketsOf({}, 'app', [b, a]).issue(a));
  expect(ticketsOf().issue(a)).toMatch(/^[\w-]{11}\.0\.[\w-]{22}$/);
  const withAge = ticketsOf({ maxAgeSeconds: 60 }).issue(a)!;
  expect(withAge.split('.')[1]).toBe((startSeconds + 60).toString(36));
});

test('a ticket tells nothing of the backend', () => {
  const ticket = ticketsOf().issue(a)!;
  const decoded = ticket.split('.').map((part) => Buffer.from(part, 'base64url').toString('latin1'));
  for (const text of [ticket, ...decoded]) expect(text).not.toContain('10.0.0');
});

test('there is no ticket for a backend of another upstream', () => {
  expect(ticketsOf().issue({ name: '10.0.0.1:8080' })).toBeUndefined();
});

const c = { name: '10.0.0.3:8080' };

test.each([
  ['of another secret', ticketsOf({ secrets: ['another secret, as long'] }).issue(a)!],
  ['of another upstream', ticketsOf({}, 'other').issue(a)!],
  ['of a backend that is gone', ticketsOf({}, 'app', [c]).issue(c)!],
  ['that is empty', ''],
  ['that is no ticket', 'demo-1'],
  ['that nobody issued', 'AAAAAAAAAAA.0.AAAAAAAAAAAAAAAAAAAAAA'],
  ['that is too long', `${ticketsOf().issue(a)}A`],
])('a ticket %s is worth nothing', (_what, ticket) => {
  expect(ticketsOf().check(ticket)).toBeUndefined();
});

test('a ticket with any character changed is worth nothing', () => {
  const tickets = ticketsOf({ maxAgeSeconds: 60 });
  const ticket = tickets.issue(a)!;
  const letters = Array.from('ABCXYZabcxyz0189-_.');
  fc.assert(
    fc.property(fc.nat({ max: ticket.length - 1 }), fc.constantFrom(...letters), (at, letter) => {
      fc.pre(ticket[at] !== letter);
      expect(tickets.check(ticket.slice(0, at) + letter + ticket.slice(at + 1))).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test('parts of two good tickets make no third one', () => {
  const tickets = ticketsOf();
  const [selector] = tickets.issue(a)!.split('.');
  const [, expiry, signature] = tickets.issue(b)!.split('.');
  expect(tickets.check(`${selector}.${expiry}.${signature}`)).toBeUndefined();
});

test('a ticket is renewed in the second half of its time, and worth nothing afterwards', () => {
  let nowSeconds = startSeconds;
  const tickets = ticketsOf({ maxAgeSeconds: 100, nowSeconds: () => nowSeconds });
  const ticket = tickets.issue(a)!;
  const worth = [0, 50, 51, 99.9, 100].map((afterSeconds) => {
    nowSeconds = startSeconds + afterSeconds;
    return tickets.check(ticket)?.mustRenew;
  });
  expect(worth).toEqual([false, false, true, true, undefined]);
});

test('when the maximum age is set or taken away, tickets are good but renewed', () => {
  const [bounded, unbounded] = [ticketsOf({ maxAgeSeconds: 60 }), ticketsOf()];
  expect(bounded.check(unbounded.issue(a)!)).toEqual({ backend: a, mustRenew: true });
  expect(unbounded.check(bounded.issue(a)!)).toEqual({ backend: a, mustRenew: true });
});

test('a ticket of the former secret is good but renewed, until that secret is taken away', () => {
  const former = ticketsOf().issue(a)!;
  const next = 'the secret that comes next';
  const rotated = ticketsOf({ secrets: [next, ...secrets] });
  expect(rotated.check(former)).toEqual({ backend: a, mustRenew: true });
  const renewed = rotated.issue(a)!;
  expect(rotated.check(renewed)).toEqual({ backend: a, mustRenew: false });
  const after = ticketsOf({ secrets: [next] });
  expect(after.check(former)).toBeUndefined();
  expect(after.check(renewed)).toEqual({ backend: a, mustRenew: false });
});

test('a ticket that was cut off or added to is worth nothing', () => {
  const tickets = ticketsOf({ maxAgeSeconds: 60 });
  const ticket = tickets.issue(a)!;
  for (let length = 0; length < ticket.length; length++) {
    expect(tickets.check(ticket.slice(0, length))).toBeUndefined();
    expect(tickets.check(ticket.slice(ticket.length - length))).toBeUndefined();
  }
  for (const more of ['A', ' ', '.', '\n', `.${ticket}`])
    expect(tickets.check(ticket + more)).toBeUndefined();
});

test('a ticket that is good for longer than the maximum age is now is renewed', () => {
  const long = ticketsOf({ maxAgeSeconds: 34_560_000 }).issue(a)!;
  expect(ticketsOf({ maxAgeSeconds: 3_600 }).check(long)).toEqual({ backend: a, mustRenew: true });
});
