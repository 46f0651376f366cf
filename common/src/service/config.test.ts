import { expect, test } from '@jest/globals';
import { commonEnv, ConfigError, readEnv, siteEnv, wholeNumber } from './config.ts';

const env = { ...commonEnv, ...siteEnv };
const right = {
  MONGO_URL: 'mongodb://a:1,b:2/orders?replicaSet=rs0',
  NATS_URL: 'nats://user:secret@a:4222,nats://b:4222',
  REDIS_URL: 'redis://a:6379',
  JWT_KEY: 'a key of 32 bytes or of a few more',
};

const refusal = (given: NodeJS.ProcessEnv): string => {
  try {
    readEnv(env, given);
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('accepted');
};

test('When all required variables are set, then the others have their defaults, and the result is frozen', () => {
  const config = readEnv(env, right);
  expect(config).toMatchObject({
    ...right,
    JWT_KEY: [right.JWT_KEY],
    HOST: '0.0.0.0',
    PORT: 3000,
    BUS: 'jetstream',
    NATS_STREAM_REPLICAS: 1,
    NATS_STREAM_MAX_MB: 1_440,
    LOG_LEVEL: 'info',
    PUBLIC_URL: 'http://localhost:3000',
    RATE_LIMITS: 'on',
  });
  expect(Object.isFrozen(config)).toBe(true);
});

test('When no variable is set, then the error names every missing one, and no secret has a default', () => {
  expect(refusal({})).toBe(
    [
      'Invalid configuration:',
      '  MONGO_URL is missing',
      '  NATS_URL is missing',
      '  JWT_KEY is missing',
      '  REDIS_URL is missing',
    ].join('\n'),
  );
});

test('When a variable is empty, then it counts as missing', () => {
  expect(refusal({ ...right, JWT_KEY: '' })).toContain('JWT_KEY is missing');
  expect(readEnv(env, { ...right, PORT: '' }).PORT).toBe(3000);
});

test('When several are invalid, then the error names each with its rule and contains no value', () => {
  const wrong = {
    PORT: '70000-port',
    MONGO_URL: 'postgres://user:pa55word@host',
    NATS_URL: 'nats://a:1,http://pa55word',
    BUS: 'pa55word',
    LOG_LEVEL: 'pa55word',
    JWT_KEY: 'pa55word',
    PUBLIC_URL: 'ftp://pa55word',
    REDIS_URL: 'pa55word',
    NATS_STREAM_REPLICAS: '1.5',
    RATE_LIMITS: 'pa55word',
    TRUST_PROXY: 'pa55word',
  };
  const message = refusal(wrong);
  for (const name of Object.keys(wrong)) expect(message).toMatch(new RegExp(`^  ${name} .+`, 'm'));
  expect(message).not.toMatch(/pa55word|70000-port/);
  expect(message).not.toContain('is missing');
});

test.each(['-1', '70000', '1e3', '0x10', ' ', 'abc', '12.5', 'Infinity'])(
  'When a port is %j, then it is rejected',
  (PORT) => {
    expect(refusal({ ...right, PORT })).toMatch(/^ {2}PORT /m);
  },
);

test.each(['nats://', 'nats://a:port', 'nats://a:1,', 'a:4222', 'nats://a:1 nats://b:2', 'mongodb://a'])(
  'When NATS_URL is %j, then it is rejected',
  (NATS_URL) => {
    expect(refusal({ ...right, NATS_URL })).toMatch(/^ {2}NATS_URL must be a URL/m);
  },
);

test.each([
  'https://a.example/shop',
  'https://a.example/?b',
  'https://me@a.example',
  'https://a.example,https://b.example',
])('When PUBLIC_URL is %j, then it is rejected, since links would not begin with it', (PUBLIC_URL) => {
  expect(refusal({ ...right, PUBLIC_URL })).toMatch(/^ {2}PUBLIC_URL must be /m);
});

test('When a whole number is at its limits, then it is accepted', () => {
  const shape = { N: wholeNumber({ min: 1, max: 5 }) };
  expect(readEnv(shape, { N: '1' }).N).toBe(1);
  expect(readEnv(shape, { N: '5' }).N).toBe(5);
  expect(() => readEnv(shape, { N: '6' })).toThrow('N must be a whole number from 1 to 5');
});

test('When JWT_KEY holds several keys, then each must have 32 bytes', () => {
  const [one, other] = ['a'.repeat(32), 'b'.repeat(32)];
  expect(readEnv(env, { ...right, JWT_KEY: `${one}, ${other}` }).JWT_KEY).toEqual([one, other]);
  for (const wrong of ['a'.repeat(31), `${one},`, `${one},short`]) {
    expect(refusal({ ...right, JWT_KEY: wrong })).toContain('JWT_KEY must be keys of at least 32 bytes');
  }
});
