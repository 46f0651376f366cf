import { z } from 'zod';
import { parseTrustProxy } from '../edge/index.ts';
import { currencyCodes, currencyOf } from '../money/index.ts';

/** Environment variables are missing or malformed; the message names all of them. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(`Invalid configuration:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

const integer = (text: string): number => (/^\d+$/.test(text.trim()) ? Number(text) : Number.NaN);

/** A whole number. */
export const wholeNumber = (range: { readonly min: number; readonly max: number }) =>
  z
    .string()
    .transform(integer)
    .pipe(z.number(`must be a whole number from ${range.min} to ${range.max}`).int().min(range.min).max(range.max));

/** A decimal number such as 0.5 or 24, with at most `decimals` digits after the point; any number of them without it. */
export const decimalNumber = (range: { readonly min: number; readonly max: number; readonly decimals?: number }) => {
  const { min, max, decimals } = range;
  const inRange = `must be a number from ${min} to ${max}`;
  return z
    .string()
    .regex(
      new RegExp(`^\\d+(\\.\\d{1,${decimals ?? ''}})?$`),
      decimals === undefined ? inRange : `${inRange} with at most ${decimals} decimals`,
    )
    .transform(Number)
    .pipe(z.number().min(min).max(max));
};

const hasHost = (text: string): boolean => URL.canParse(text) && new URL(text).host !== '';

const isUrl = (text: string, protocols: readonly string[]): boolean => {
  const [first = '', ...others] = text.split(',').map((part) => part.trim());
  const protocol = protocols.find((candidate) => first.startsWith(`${candidate}://`));
  // Later servers may omit the protocol: mongodb://a:1,b:2/name.
  const rest = others.map((part) => (part.includes('://') ? part : `${protocol}://${part}`));
  return [first, ...rest].every(
    (part) => protocols.some((candidate) => part.startsWith(`${candidate}://`)) && hasHost(part),
  );
};

/** A URL with one of these protocols, or a comma-separated list of servers. */
export const url = (...protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => isUrl(text, protocols),
      `must be a URL that begins with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    );

/** The address of a site: its pages, and the links in mails, begin at its root. */
const siteAddress = url('https', 'http').refine(
  (text) => URL.canParse(text) && new URL(text).href === `${new URL(text).origin}/`,
  'must be one address without user, path and query',
);

/** One of these words. */
const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words, `must be one of ${words.join(', ')}`);

/** Settings of every service. No secret has a default. */
export const commonEnv = {
  HOST: z.string().default('0.0.0.0').describe('Address to listen on'),
  PORT: wholeNumber({ min: 0, max: 65_535 }).prefault('3000').describe('Port to listen on; 0 takes a free one'),
  MONGO_URL: url('mongodb', 'mongodb+srv').describe("The service's own database, a replica set"),
  NATS_URL: url('nats', 'tls').describe('NATS servers, comma-separated'),
  BUS: oneOf('jetstream', 'nats-streaming')
    .default('jetstream')
    .describe('Message broker: jetstream or nats-streaming'),
  NATS_STREAM_REPLICAS: wholeNumber({ min: 1, max: 5 })
    .prefault('1')
    .describe('Replicas of the stream in a NATS cluster'),
  NATS_STREAM_MAX_MB: wholeNumber({ min: 1, max: 1_000_000 })
    .prefault('1440')
    .describe('Maximum size of the streams in MB: 80 % of the `max_file_store` of NATS'),
  NATS_CLUSTER_ID: z.string().default('ticketing').describe('Cluster id of NATS Streaming, with BUS=nats-streaming'),
  LOG_LEVEL: oneOf('silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace')
    .default('info')
    .describe('Lowest level that is logged'),
} as const;

/** Bytes: the length of an HS256 signature (RFC 7518, 3.2). */
const shortestKey = 32;

/** Settings of services with routes. */
export const siteEnv = {
  JWT_KEY: z
    .string()
    .transform((text): readonly string[] => text.split(',').map((key) => key.trim()))
    .refine(
      (keys) => keys.every((key) => Buffer.byteLength(key) >= shortestKey),
      `must be keys of at least ${shortestKey} bytes, separated by commas`,
    )
    .describe('Keys of session tokens, separated by commas: the first signs, all verify; the same for all services'),
  PUBLIC_URL: siteAddress
    .default('http://localhost:3000')
    .describe('Public address of the site; with https, cookies are secure and requests by http are refused'),
  TRUST_PROXY: z
    .string()
    .transform((text, context) => {
      const proxies = parseTrustProxy(text);
      if (proxies === undefined) context.addIssue('must be a number from 0 to 9, or addresses and ranges of proxies');
      return proxies ?? z.NEVER;
    })
    .prefault('0')
    .describe('Proxies in front of the router or ingress: their number, or their addresses and ranges'),
  REDIS_URL: url('redis', 'rediss').describe('Redis'),
  RATE_LIMITS: oneOf('on', 'off').default('on').describe('off only for tests and benchmarks'),
} as const;

/** Settings of services that handle prices. */
export const priceEnv = {
  CURRENCY: z
    .enum(currencyCodes, `must be one of ${currencyCodes.join(', ')}`)
    .transform(currencyOf)
    .prefault('usd')
    .describe('Currency of all prices, in lower case (ISO 4217); it cannot change once there are prices'),
} as const;

/**
 * Parses and freezes a configuration. Empty variables count as missing.
 * @throws ConfigError that names every invalid variable and contains no values.
 */
export const readEnv = <Shape extends z.ZodRawShape>(
  shape: Shape,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<z.ZodObject<Shape>>> => {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const result = z.object(shape).safeParse(given);
  if (result.success) return Object.freeze(result.data);
  throw new ConfigError(
    result.error.issues.map((issue) => {
      const name = issue.path.map(String).join('.');
      return `${name} ${given[name] === undefined ? 'is missing' : issue.message}`;
    }),
  );
};
