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
    rememberAtMost: 2,
    maxPending: 2,
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

test('a wrong password and an unknown name are not remembered, and checked alike', async () => {
  const { verifier, checked } = createVerifier();
  expect(await verifier.verify({ user: 'ada', password: 'guess' })).toBe('wrong');
  expect(await verifier.verify({ user: 'eve', password: 'secret' })).toBe('wrong');
  expect(verifier.size).toBe(0);
  expect(checked).toEqual(['guess', 'secret']);
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
  expect([...parseUsers(`# staff\r\n\r\nada:${hash}\r\n  bob:${hash}\n`).keys()]).toEqual(['ada', 'bob']);
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
