import { expect, test } from 'vitest';
import { FakeClock } from '../../../../core/testing/index.ts';
import { parseUsers } from '../../../../plugins/basic-auth/users.ts';
import { Verifier, type VerifierSettings } from '../../../../plugins/basic-auth/verifier.ts';

const hash = '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$S7FwBvpu+z8K0PUVUagFRTUAB2dAxIZpzVHvLZir+98';
const users = parseUsers(`ada:${hash}\nbob:${hash}\n`);
const ada = { user: 'ada', password: 'secret' };

/** A verifier that takes "secret" for right, and tells how often it looked. */
function createVerifier(settings: Partial<VerifierSettings> = {}) {
  const clock = new FakeClock();
  const checked: string[] = [];
  const verifier = new Verifier(users, {
    now: clock.now,
    rememberMs: 1_000,
    rememberWrongMs: 100,
    rememberAtMost: 2,
    maxPending: 2,
    maxRunning: 2,
    check: (password) => {
      checked.push(password);
      return Promise.resolve(password === 'secret');
    },
    ...settings,
  });
  return { verifier, clock, checked };
}

test('a right password is remembered for a while, and then known at once', async () => {
  const { verifier, clock, checked } = createVerifier();
  expect(await verifier.verify(ada)).toBe('right');
  clock.advance(999);
  expect(verifier.verify(ada)).toBe('right');
  clock.advance(1);
  expect(await verifier.verify(ada)).toBe('right');
  expect(checked).toEqual(['secret', 'secret']);
});

test('a wrong password and an unknown name are checked alike, and remembered for a shorter while', async () => {
  const { verifier, clock, checked } = createVerifier();
  const wrong = [
    { user: 'ada', password: 'guess' },
    { user: 'eve', password: 'secret' },
  ];
  for (const each of wrong) expect(await verifier.verify(each)).toBe('wrong');
  clock.advance(99);
  for (const each of wrong) expect(verifier.verify(each)).toBe('wrong');
  expect(checked).toEqual(['guess', 'secret']);
  clock.advance(1);
  expect(await verifier.verify(wrong[0]!)).toBe('wrong');
  expect(checked).toEqual(['guess', 'secret', 'guess']);
});

test('any number of wrong passwords is remembered in bounded memory, and pushes no right one out', async () => {
  const { verifier } = createVerifier({ maxPending: 100 });
  await verifier.verify(ada);
  for (let i = 0; i < 100; i++) await verifier.verify({ user: 'ada', password: `guess ${i}` });
  expect(verifier.verify(ada)).toBe('right');
  expect(verifier.size).toBe(3);
});

test('so many are checked at the same time, the others after them in their order', async () => {
  const running: (() => void)[] = [];
  const started: string[] = [];
  const check = (password: string) => {
    started.push(password);
    return new Promise<boolean>((resolve) => running.push(() => resolve(false)));
  };
  const { verifier } = createVerifier({ check, maxPending: 10 });
  const all = ['1', '2', '3', '4'].map(async (password) => verifier.verify({ user: 'ada', password }));
  expect(started).toEqual(['1', '2']);
  running[1]!();
  expect(await all[1]).toBe('wrong');
  await expect.poll(() => started).toEqual(['1', '2', '3']);
  running[0]!();
  running[2]!();
  await expect.poll(() => started).toEqual(['1', '2', '3', '4']);
  running[3]!();
  expect(await Promise.all(all)).toEqual(['wrong', 'wrong', 'wrong', 'wrong']);
});

test('when users change, what was found before does not count, not even what comes out later', async () => {
  let finish = (): void => {};
  const check = () => new Promise<boolean>((resolve) => (finish = () => resolve(true)));
  const { verifier } = createVerifier({ check });
  const early = verifier.verify(ada);
  verifier.replaceUsers(parseUsers(`bob:${hash}`));
  finish();
  expect(await early).toBe('right');
  const late = verifier.verify(ada);
  finish();
  expect(await late).toBe('wrong');
});

test('the same credentials at the same time are checked once', async () => {
  const { verifier, checked } = createVerifier();
  expect(await Promise.all([verifier.verify(ada), verifier.verify(ada), verifier.verify(ada)])).toEqual([
    'right',
    'right',
    'right',
  ]);
  expect(checked).toHaveLength(1);
});

test('no more than some are checked at the same time, and those that are known still pass', async () => {
  const { verifier } = createVerifier();
  await verifier.verify(ada);
  const first = verifier.verify({ user: 'ada', password: '1' });
  const second = verifier.verify({ user: 'ada', password: '2' });
  expect(verifier.verify({ user: 'ada', password: '3' })).toBe('busy');
  expect(verifier.verify(ada)).toBe('right');
  expect(await Promise.all([first, second])).toEqual(['wrong', 'wrong']);
  expect(await verifier.verify({ user: 'ada', password: '3' })).toBe('wrong');
});

test('the oldest success is forgotten when there are too many', async () => {
  const { verifier } = createVerifier({ rememberAtMost: 1 });
  await verifier.verify(ada);
  await verifier.verify({ user: 'bob', password: 'secret' });
  expect(verifier.size).toBe(1);
  expect(verifier.verify(ada)).toBeInstanceOf(Promise);
});

test('with rememberMs 0 every password is checked', async () => {
  const { verifier, checked } = createVerifier({ rememberMs: 0 });
  await verifier.verify(ada);
  await verifier.verify(ada);
  expect(checked).toHaveLength(2);
});

test('a check that fails is not the end of those that come after', async () => {
  let fails = true;
  const check = () => (fails ? Promise.reject(new Error('no memory')) : Promise.resolve(true));
  const { verifier } = createVerifier({ check, maxPending: 1 });
  await expect(verifier.verify(ada)).rejects.toThrow('no memory');
  fails = false;
  expect(await verifier.verify(ada)).toBe('right');
});

test('a file of users may have comments, empty lines and the ends of lines of Windows', () => {
  const text = `\ufeff# staff\r\n\r\nada:${hash}\r\n  bob:${hash}:comes on Mondays\n`;
  expect([...parseUsers(text).keys()]).toEqual(['ada', 'bob']);
});

const wanted = 'write it as $scrypt$ln=15,r=8,p=1$salt$hash, which hashPassword makes';

test.each([
  ['ada', 'line 1: a line must be name:hash'],
  [`ada:${hash}\nada:${hash}`, 'line 2: the user "ada" is there twice'],
  [`:${hash}`, 'line 1: "" is no name of a user: it is empty or has a colon'],
  ['\nada:$2y$10$x', `line 2: user "ada": the password is bcrypt: ${wanted}`],
])('a file with %j is refused', (text, message) => {
  expect(() => parseUsers(text)).toThrow(new Error(message));
});
