import { join } from 'node:path';
import type { Settings } from '../settings.mjs';
import { readServices, type Workspace } from '../workspaces.mjs';
import { bundleOf } from './build/bundled.ts';
import { databaseUrl } from './database-url.ts';
import { root } from './paths.ts';
import { routes } from './router/routes.ts';
import type { Secrets } from './secrets.ts';

/** Names of the services, in the order in which they are started. */
export const services: readonly string[] = readServices().map(({ name }) => name);

/** Settings, secrets and addresses of one run. */
export interface RunContext {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly mongoUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly routerUrl: string;
  /** The router's port for the site's own requests. */
  readonly sitePort: number;
  /** Undefined when payments uses the real Stripe, or the address in STRIPE_HOST. */
  readonly sandboxUrl: string | undefined;
  /** The page of the local mailbox; undefined when mail goes to the server in SMTP_URL. */
  readonly mailboxUrl: string | undefined;
  /** The mailbox's port for mail. */
  readonly smtpPort: number;
  /** Addresses of the replicas of each process. */
  readonly urls: Readonly<Record<string, readonly string[]>>;
}

export interface ProcessDefinition {
  readonly name: string;
  readonly entry: string;
  /** It is ready when this path returns this status. */
  readonly probe: { readonly path: '/readyz' | '/healthz'; readonly status: number };
  readonly isReplicated: boolean;
  /** A local substitute for a third party: whether these settings need it. It is stopped after the processes that use it. */
  readonly isNeeded?: (settings: Settings) => boolean;
  /** Its environment variables besides HOST, PORT and LOG_LEVEL: only those that it needs. */
  readonly env: (context: RunContext) => Readonly<Record<string, string | undefined>>;
}

/** Values of the variables that a service can list in its package.json (`ticketing.settings`). */
const serviceSettings = ({ settings, secrets, redisUrl, sandboxUrl, smtpPort }: RunContext) => ({
  JWT_KEY: secrets.jwtKey,
  LINK_KEY: secrets.linkKey,
  CODE_KEY: secrets.codeKey,
  PUBLIC_URL: settings.publicUrl,
  REDIS_URL: redisUrl,
  RATE_LIMITS: settings.rateLimits,
  CURRENCY: settings.currency,
  EXPIRATION_WINDOW_SECONDS: settings.expirationWindowSeconds,
  MAX_LIVE_HOLDS: settings.maxLiveHolds,
  PAYMENT_ATTEMPTS: settings.paymentAttempts,
  SELLER_FEE_PERCENT: settings.sellerFeePercent,
  DELIVERY_HOURS: settings.deliveryHours,
  DELIVERY_MIN_MINUTES: settings.deliveryMinMinutes,
  PAYOUT_DELAY_HOURS: settings.payoutDelayHours,
  STRIPE_KEY: secrets.stripeKey,
  STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
  STRIPE_HOST: settings.stripeHost ?? sandboxUrl,
  SMTP_URL: settings.smtpUrl ?? `smtp://127.0.0.1:${smtpPort}`,
  MAIL_FROM: settings.mailFrom,
});

const serviceProcess = ({ name, description }: Workspace): ProcessDefinition => ({
  name,
  entry: bundleOf(name),
  probe: { path: '/readyz', status: 200 },
  isReplicated: true,
  env: (context) => {
    const values = new Map<string, string | undefined>(Object.entries(serviceSettings(context)));
    const listed = (description.settings ?? []).map((variable) => {
      if (!values.has(variable)) throw new Error(`${name}/package.json lists the unknown setting ${variable}`);
      return [variable, values.get(variable)] as const;
    });
    return {
      MONGO_URL: databaseUrl(context.mongoUrl, name),
      NATS_URL: context.natsUrl,
      NATS_STREAM_REPLICAS: context.settings.natsStreamReplicas,
      BUS: context.settings.bus,
      ...Object.fromEntries(listed),
    };
  },
});

const isLoopback = (url: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

export const processes: readonly ProcessDefinition[] = [
  {
    name: 'stripe-sandbox',
    entry: bundleOf('stripe-sandbox'),
    probe: { path: '/healthz', status: 200 },
    isReplicated: false,
    isNeeded: ({ stripeKey, stripeHost }) => stripeKey === undefined && stripeHost === undefined,
    env: ({ settings, secrets, routerUrl }) => ({
      // Without a STRIPE_KEY of its own it accepts every key, so that any test can read its data.
      DATA_DIR: join(settings.dataDir, 'stripe-sandbox'),
      STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret.split(',')[0],
      WEBHOOK_URL: `${routerUrl}/api/payments/webhook`,
      CARD_FORM_ORIGINS: isLoopback(settings.publicUrl) ? undefined : new URL(settings.publicUrl).origin,
    }),
  },
  {
    name: 'mailbox',
    entry: bundleOf('mailbox'),
    probe: { path: '/healthz', status: 200 },
    isReplicated: false,
    isNeeded: ({ smtpUrl }) => smtpUrl === undefined,
    env: ({ settings, smtpPort }) => ({
      DATA_DIR: join(settings.dataDir, 'mailbox'),
      SMTP_PORT: String(smtpPort),
    }),
  },
  ...readServices().map(serviceProcess),
  {
    name: 'client',
    entry: join(root, 'client', 'server.mjs'),
    probe: { path: '/readyz', status: 200 },
    isReplicated: true,
    env: ({ settings, sitePort, sandboxUrl, mailboxUrl }) => ({
      API_URL: `http://127.0.0.1:${sitePort}`,
      PUBLIC_URL: settings.publicUrl,
      CURRENCY: settings.currency,
      PAYMENT_ATTEMPTS: settings.paymentAttempts,
      SELLER_FEE_PERCENT: settings.sellerFeePercent,
      DELIVERY_HOURS: settings.deliveryHours,
      STRIPE_PUBLISHABLE_KEY: settings.stripePublishableKey,
      // A replacement for Stripe has its own card form, unless there is a publishable key for Stripe's.
      STRIPE_SANDBOX: sandboxUrl ?? (settings.stripePublishableKey === undefined ? settings.stripeHost : undefined),
      MAILBOX_URL: mailboxUrl,
      LEGAL_DIR: settings.legalDir,
    }),
  },
  {
    name: 'router',
    entry: join(root, 'tools', 'launcher', 'src', 'router', 'index.ts'),
    // The router has no probe of its own: it is ready when it refuses this path.
    probe: { path: '/healthz', status: 404 },
    isReplicated: false,
    env: ({ settings, sitePort, urls }) => ({
      SITE_PORT: String(sitePort),
      TRUST_PROXY: settings.trustProxy,
      PROTO: settings.publicUrl.startsWith('https:') ? 'https' : 'http',
      UPSTREAMS: JSON.stringify(
        Object.fromEntries([...Object.values(routes), 'client'].map((name) => [name, urls[name]])),
      ),
    }),
  },
  {
    name: 'watchdog',
    entry: bundleOf('watchdog'),
    probe: { path: '/readyz', status: 200 },
    isReplicated: false,
    env: ({ settings, secrets, mongoUrl, natsUrl, sandboxUrl, urls }) => ({
      ...Object.fromEntries(services.map((name) => [`${name.toUpperCase()}_MONGO_URL`, databaseUrl(mongoUrl, name)])),
      NATS_URL: natsUrl,
      BUS: settings.bus,
      STRIPE_KEY: secrets.stripeKey,
      STRIPE_HOST: settings.stripeHost ?? sandboxUrl,
      METRICS_URLS: JSON.stringify(Object.fromEntries(services.map((name) => [name, urls[name]]))),
    }),
  },
];

/** The local substitutes for third parties. */
export const substitutes: ReadonlySet<string> = new Set(
  processes.flatMap(({ name, isNeeded }) => (isNeeded === undefined ? [] : [name])),
);
