import { join } from 'node:path';
import type { Settings } from '../settings.mjs';
import { databaseUrl } from './database-url.ts';
import { root } from './places.ts';
import type { Secrets } from './secrets.ts';

/** The one list of what runs on one machine, in the order in which it is started; it is stopped the other way round. */
export const services = ['auth', 'tickets', 'orders', 'expiration', 'payments'] as const;
export type ServiceName = (typeof services)[number];

/** What is bundled before it runs; the site has a build of its own. */
export const bundled = ['stripe-sandbox', ...services, 'audit'] as const;
export type BundledName = (typeof bundled)[number];

export type MemberName = Exclude<BundledName, 'audit'> | 'client' | 'router' | 'watchdog';

/** Where everything is, once every port is chosen. */
export interface Surroundings {
  readonly settings: Settings;
  readonly secrets: Secrets;
  readonly mongoUrl: string;
  readonly natsUrl: string;
  readonly redisUrl: string;
  readonly routerUrl: string;
  /** Undefined when payments goes to the real Stripe, or to an address that was given. */
  readonly sandboxUrl: string | undefined;
  /** Addresses of every replica. */
  readonly urls: Readonly<Record<MemberName, readonly string[]>>;
}

export interface Member {
  readonly name: MemberName;
  readonly entry: string;
  /** What it answers, and where, when it does its work. */
  readonly probe: { readonly path: '/readyz' | '/healthz'; readonly status: number };
  readonly isReplicated: boolean;
  /** Its settings besides HOST, PORT and LOG_LEVEL: only what it needs. */
  readonly env: (around: Surroundings) => Readonly<Record<string, string | undefined>>;
}

/** Whether payments needs the local stand-in of Stripe. */
export const needsSandbox = (settings: Settings): boolean =>
  settings.stripeKey === undefined && settings.stripeHost === undefined;

const bundle = (name: BundledName): string => join(root, name, 'dist', 'index.mjs');

const common = (name: ServiceName, { settings, mongoUrl, natsUrl }: Surroundings) => ({
  MONGO_URL: databaseUrl(mongoUrl, name),
  NATS_URL: natsUrl,
  BUS: settings.bus,
});

const session = ({ settings, secrets }: Surroundings) => ({
  JWT_KEY: secrets.jwtKey,
  PUBLIC_URL: settings.publicUrl,
});

const rateLimits = ({ settings, redisUrl }: Surroundings) => ({
  REDIS_URL: redisUrl,
  RATE_LIMITS: settings.rateLimits,
});

const service = (name: ServiceName, env: Member['env']): Member => ({
  name,
  entry: bundle(name),
  probe: { path: '/readyz', status: 200 },
  isReplicated: true,
  env: (around) => ({ ...common(name, around), ...env(around) }),
});

const isLoopback = (url: string): boolean => ['localhost', '127.0.0.1', '[::1]'].includes(new URL(url).hostname);

export const members: readonly Member[] = [
  {
    name: 'stripe-sandbox',
    entry: bundle('stripe-sandbox'),
    probe: { path: '/healthz', status: 200 },
    isReplicated: false,
    env: ({ settings, secrets, routerUrl }) => ({
      // Without a key it asks for none: any outside test can read its books.
      DATA_DIR: join(settings.dataDir, 'stripe-sandbox'),
      STRIPE_WEBHOOK_SECRET: secrets.stripeWebhookSecret,
      WEBHOOK_URL: `${routerUrl}/api/payments/webhook`,
      CARD_FORM_ORIGINS: isLoopback(settings.publicUrl) ? undefined : new URL(settings.publicUrl).origin,
    }),
  },
  service('auth', (around) => ({ ...session(around), ...rateLimits(around) })),
  service('tickets', (around) => session(around)),
  service('orders', (around) => ({
    ...session(around),
    EXPIRATION_WINDOW_SECONDS: around.settings.expirationWindowSeconds,
  })),
  service('expiration', ({ redisUrl }) => ({ REDIS_URL: redisUrl })),
  service('payments', (around) => ({
    ...session(around),
    ...rateLimits(around),
    PAYMENT_ATTEMPTS: around.settings.paymentAttempts,
    STRIPE_KEY: around.secrets.stripeKey,
    STRIPE_WEBHOOK_SECRET: around.secrets.stripeWebhookSecret,
    STRIPE_HOST: around.settings.stripeHost ?? around.sandboxUrl,
  })),
  {
    name: 'client',
    entry: join(root, 'client', 'server.mjs'),
    probe: { path: '/readyz', status: 200 },
    isReplicated: true,
    env: ({ settings, routerUrl, sandboxUrl }) => ({
      API_URL: routerUrl,
      PUBLIC_URL: settings.publicUrl,
      PAYMENT_ATTEMPTS: settings.paymentAttempts,
      STRIPE_PUBLISHABLE_KEY: settings.stripePublishableKey,
      // Whatever stands in for Stripe has a card form of its own, unless a key for Stripe's is given.
      STRIPE_SANDBOX: sandboxUrl ?? (settings.stripePublishableKey === undefined ? settings.stripeHost : undefined),
    }),
  },
  {
    name: 'router',
    entry: join(root, 'scripts', 'src', 'router', 'index.ts'),
    // Probes are not routed: it refuses this one itself.
    probe: { path: '/healthz', status: 404 },
    isReplicated: false,
    env: ({ settings, urls }) => ({
      PROTO: settings.publicUrl.startsWith('https:') ? 'https' : 'http',
      UPSTREAMS: JSON.stringify({
        auth: urls.auth,
        tickets: urls.tickets,
        orders: urls.orders,
        payments: urls.payments,
        client: urls.client,
      }),
    }),
  },
  {
    name: 'watchdog',
    entry: bundle('audit'),
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
