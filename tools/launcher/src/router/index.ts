import { parseTrustProxy } from '@ticketing/common/edge';
import { z } from 'zod';
import { startRouter } from './start-router.ts';

const urls = z.array(z.url()).readonly();

const Env = z.object({
  PORT: z.coerce.number().int(),
  SITE_PORT: z.coerce.number().int(),
  TRUST_PROXY: z.string().transform((text) => parseTrustProxy(text) ?? (() => false)),
  PROTO: z.enum(['http', 'https']),
  /** JSON: the addresses of each service's replicas. */
  UPSTREAMS: z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(z.record(z.string(), urls)),
});

const drainTimeoutMs = 5_000;

const env = Env.parse(process.env);
const router = await startRouter({
  port: env.PORT,
  sitePort: env.SITE_PORT,
  proxies: env.TRUST_PROXY,
  hosts: ['127.0.0.1', '::1'],
  replicas: env.UPSTREAMS,
  probeEveryMs: 200,
  proto: env.PROTO,
});

let stopping = false;
const stop = () => {
  if (stopping) process.exit(1);
  stopping = true;
  router.stop(drainTimeoutMs).then(
    () => process.exit(0),
    () => process.exit(1),
  );
};
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
