/** Configuration of the client's server, read once at start. */
export interface ClientConfig {
  readonly host: string;
  readonly port: number;
  /** Port of the probes; undefined if they share `port`. */
  readonly probePort: number | undefined;
  /** Renders pages from the sources as they change. */
  readonly isDevelopment: boolean;
  /** The API's URL as seen from this server; `{service}` in it stands for the name of the service that owns a path. */
  readonly apiUrl: string;
  /** The site's URL in browsers. */
  readonly publicUrl: URL;
  readonly stripe: StripeConfig;
  /** The page of the local mailbox in browsers; undefined when mail is really sent. */
  readonly mailboxUrl: string | undefined;
  /** Code of the currency of all prices. */
  readonly currency: string;
  /** Declined cards after which an order is cancelled, if configured. */
  readonly paymentAttempts: number | undefined;
  /** The marketplace's share of a sale. */
  readonly sellerFeePercent: number;
  /** From the sale of a ticket until it must be delivered. */
  readonly deliveryHours: number;
  /** Directory of the texts that the operator writes; undefined if there is none. */
  readonly legalDir: string | undefined;
}

/** Where the card form comes from. Sent to browsers, so it must not hold a secret. */
export type StripeConfig =
  | { readonly mode: 'live'; readonly publishableKey: string }
  | { readonly mode: 'sandbox'; readonly sandboxUrl: string };

type Env = Readonly<Record<string, string | undefined>>;

export class ClientConfigError extends Error {}

const httpUrl = (value: string): URL | undefined => {
  const url = URL.parse(value);
  return url !== null && (url.protocol === 'http:' || url.protocol === 'https:') ? url : undefined;
};

/** @throws ClientConfigError that names every missing or malformed variable. */
export const readConfig = (env: Env): ClientConfig => {
  const problems: string[] = [];
  const text = (name: string): string => {
    const value = env[name] ?? '';
    if (value === '') problems.push(`${name} is missing`);
    return value;
  };
  const url = (name: string): URL => {
    const value = text(name);
    const parsed = httpUrl(value);
    if (value !== '' && parsed === undefined) problems.push(`${name} must be an http or https URL`);
    return parsed ?? new URL('http://unset.invalid');
  };
  const whole = (name: string, value: string, max: number): number => {
    const number = Number(value);
    if (value !== '' && !(/^\d+$/.test(value) && number <= max)) problems.push(`${name} must be from 0 to ${max}`);
    return number;
  };
  const host = text('HOST');
  const port = whole('PORT', text('PORT'), 65_535);
  const probes = env.PROBE_PORT ?? '';
  const probePort = probes === '' ? undefined : whole('PROBE_PORT', probes, 65_535);
  const apiUrl = text('API_URL');
  if (apiUrl !== '' && httpUrl(apiUrl.replace('{service}', 'service')) === undefined)
    problems.push('API_URL must be an http or https URL');
  const publicUrl = url('PUBLIC_URL');
  const attempts = env.PAYMENT_ATTEMPTS ?? '';
  const paymentAttempts = attempts === '' ? undefined : whole('PAYMENT_ATTEMPTS', attempts, 1_000);
  const fee = env.SELLER_FEE_PERCENT || '10';
  const sellerFeePercent = Number(fee);
  if (!(/^\d+(\.\d{1,2})?$/.test(fee) && sellerFeePercent <= 100))
    problems.push('SELLER_FEE_PERCENT must be from 0 to 100 with at most 2 decimals');
  const hours = env.DELIVERY_HOURS || '48';
  const deliveryHours = Number(hours);
  if (!/^\d+(\.\d+)?$/.test(hours)) problems.push('DELIVERY_HOURS must be a number');
  const currency = env.CURRENCY || 'usd';
  const stripe = readStripe(env, url, problems);
  const mailboxUrl = (env.MAILBOX_URL ?? '') === '' ? undefined : url('MAILBOX_URL').href;
  if (problems.length > 0) throw new ClientConfigError(`The client cannot start: ${problems.join('; ')}.`);
  return {
    host,
    port,
    probePort,
    isDevelopment: env.NODE_ENV === 'development',
    apiUrl: apiUrl.replace(/\/$/, ''),
    publicUrl,
    stripe,
    mailboxUrl,
    currency,
    paymentAttempts,
    sellerFeePercent,
    deliveryHours,
    legalDir: env.LEGAL_DIR || undefined,
  };
};

const readStripe = (env: Env, url: (name: string) => URL, problems: string[]): StripeConfig => {
  if ((env.STRIPE_SANDBOX ?? '') !== '') {
    return { mode: 'sandbox', sandboxUrl: url('STRIPE_SANDBOX').href.replace(/\/$/, '') };
  }
  const publishableKey = env.STRIPE_PUBLISHABLE_KEY ?? '';
  if (publishableKey === '') problems.push('STRIPE_PUBLISHABLE_KEY is missing (or STRIPE_SANDBOX, for a sandbox)');
  // The key is part of every payment page, so a secret key would be published.
  else if (!publishableKey.startsWith('pk_')) problems.push('STRIPE_PUBLISHABLE_KEY must begin with pk_');
  return { mode: 'live', publishableKey };
};
