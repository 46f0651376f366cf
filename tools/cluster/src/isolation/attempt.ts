import { z } from 'zod';

const common = {
  /** What is attempted, in words. */
  name: z.string(),
  expected: z.enum(['permitted', 'refused']),
};

/** Something that a process tries with its own credentials. None changes anything, not even where it is permitted. */
const attempt = z.discriminatedUnion('kind', [
  /** A request to a subject of NATS, with the address in NATS_URL. */
  z.object({
    ...common,
    kind: z.literal('request'),
    subject: z.string(),
    body: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
  }),
  z.object({ ...common, kind: z.literal('subscribe'), subject: z.string() }),
  /** A read or write with the address in an environment variable, of another database or at another host if they are named. */
  z.object({
    ...common,
    kind: z.enum(['read', 'write']),
    variable: z.string(),
    host: z.string().optional(),
    database: z.string().optional(),
    isEncrypted: z.boolean().default(true),
  }),
  /** A command to Redis, with the address in REDIS_URL. */
  z.object({ ...common, kind: z.literal('cache') }),
  /** A TCP connection; with `send`, what is sent must get a response that contains `response`. */
  z.object({
    ...common,
    kind: z.literal('connect'),
    host: z.string(),
    port: z.number(),
    send: z.string().optional(),
    response: z.string().default(''),
  }),
]);
export type Attempt = z.input<typeof attempt>;
export const attempts = z.array(attempt);

const outcome = z.object({
  name: z.string(),
  /** `unreachable`: there was no server to permit or refuse it; `failed`: neither. */
  result: z.enum(['permitted', 'refused', 'unreachable', 'failed']),
  detail: z.string(),
});
export type Outcome = z.infer<typeof outcome>;
export const outcomes = z.array(outcome);
