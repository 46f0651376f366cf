import { timesOf } from '@ticketing/common/time';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import pLimit from 'p-limit';
import { z } from 'zod';
import { writeWhole } from '../data-dir.mjs';

/** An event in seed-catalogue.json. Each of its seats becomes a listing. */
const demoEvent = z.strictObject({
  title: z.string(),
  category: z.enum(['sports', 'concerts', 'theatre', 'comedy', 'festivals', 'other']),
  venue: z.string(),
  city: z.string(),
  timeZone: z.string(),
  /** Days from the day on which the catalogue is filled, and the hour at the venue. */
  inDays: z.number(),
  hour: z.number(),
  /** In usd. */
  price: z.number(),
  section: z.string().optional(),
  row: z.string().optional(),
  seats: z.array(z.string()).optional(),
  description: z.string(),
});
type DemoEvent = Readonly<z.infer<typeof demoEvent>>;

const readDemoEvents = (): DemoEvent[] =>
  z.array(demoEvent).parse(JSON.parse(readFileSync(join(import.meta.dirname, 'seed-catalogue.json'), 'utf8')));

export interface DemoAccount {
  readonly email: string;
  readonly password: string;
}

const Passwords = z.record(z.string(), z.string());
const emails = ['maya@demo.example', 'jonas@demo.example'] as const;
/** Of every five events the first account lists three and the second account two, so that each can buy from the other. */
const firstOfFive = 3;
const concurrency = 4;

/** Passwords are kept in DATA_DIR, so that a second run prints the same ones. */
const accountsOf = (dataDir: string): DemoAccount[] => {
  const file = join(dataDir, 'demo-accounts.json');
  let kept: Record<string, string> = {};
  try {
    kept = Passwords.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // The file does not exist before the first run.
  }
  const accounts = emails.map((email) => ({ email, password: kept[email] ?? randomBytes(9).toString('base64url') }));
  const passwords = Object.fromEntries(accounts.map(({ email, password }) => [email, password]));
  writeWhole(file, `${JSON.stringify(passwords, null, 2)}\n`, 0o600);
  return accounts;
};

interface Session {
  readonly email: string;
  readonly cookie: string;
}

const send = (url: string, cookie: string, body: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) },
    body: JSON.stringify(body),
  });

const signIn = async (url: string, account: DemoAccount): Promise<Session> => {
  let response = await send(`${url}/api/users/signin`, '', account);
  if (response.status === 400) response = await send(`${url}/api/users/signup`, '', account);
  if (!response.ok)
    throw new Error(
      `Signing in as ${account.email} failed (${response.status}): ` +
        'if that account was created with another DATA_DIR, use that one',
    );
  return {
    email: account.email,
    cookie: response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  };
};

const Listed = z.array(z.object({ title: z.string(), seat: z.string().optional() }));

const key = (listing: { readonly title: string; readonly seat?: string | undefined }): string =>
  `${listing.title}\n${listing.seat ?? ''}`;

/** Keys of the account's listings, whether on sale, held or sold. */
const listedBy = async (url: string, cookie: string): Promise<Set<string>> => {
  const found = new Set<string>();
  for (let next: string | undefined = '/api/tickets?mine=true'; next !== undefined;) {
    const response: Response = await fetch(`${url}${next}`, { headers: { cookie } });
    if (!response.ok) throw new Error(`Reading the listings failed (${response.status})`);
    for (const listing of Listed.parse(await response.json())) found.add(key(listing));
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return found;
};

const dayMs = 86_400_000;

/** Roughly what a dollar is worth in each currency that is worth much more or less: for believable prices only. */
const worthOfDollar: Readonly<Record<string, number>> = {
  aed: 3.7,
  ars: 1_400,
  brl: 5.4,
  cop: 4_000,
  czk: 21,
  dkk: 6.4,
  hkd: 7.8,
  huf: 340,
  idr: 16_500,
  ils: 3.3,
  inr: 88,
  jpy: 150,
  krw: 1_400,
  kwd: 0.3,
  mxn: 18,
  myr: 4.2,
  nok: 10,
  php: 58,
  pln: 3.6,
  ron: 4.3,
  rub: 80,
  sek: 9.4,
  thb: 32,
  zar: 17,
};

/** The price in the site's currency, with two significant digits where it is converted. */
const priceIn = (currency: string, price: number): number => {
  const worth = worthOfDollar[currency];
  return worth === undefined ? price : Number((price * worth).toPrecision(2));
};

const listingsOf = (event: DemoEvent, today: Date, currency: string) => {
  const { inDays, hour, seats, ...rest } = event;
  const details = { ...rest, price: priceIn(currency, event.price) };
  const day = new Date(today.getTime() + inDays * dayMs).toISOString().slice(0, 10);
  const [startsAt] = timesOf(`${day}T${String(hour).padStart(2, '0')}:00`, event.timeZone) ?? [];
  return (seats ?? [undefined]).map((seat) => ({
    ...details,
    startsAt: startsAt?.toISOString(),
    ...(seat === undefined ? {} : { seat }),
  }));
};

/**
 * Lists the demo events through the public API, except those that are already listed.
 * @returns The accounts that list them.
 */
export const seedCatalogue = async (options: {
  readonly url: string;
  readonly dataDir: string;
  readonly currency: string;
  readonly progress: (text: string) => void;
}): Promise<readonly DemoAccount[]> => {
  const accounts = accountsOf(options.dataDir);
  const demoEvents = readDemoEvents();
  const limit = pLimit(concurrency);
  const today = new Date();
  const sessions = await Promise.all(accounts.map((account) => signIn(options.url, account)));
  for (const [index, { cookie, email }] of sessions.entries()) {
    const listed = await listedBy(options.url, cookie);
    const missing = demoEvents
      .filter((_, place) => (place % 5 < firstOfFive ? 0 : 1) === index)
      .flatMap((event) => listingsOf(event, today, options.currency))
      .filter((listing) => !listed.has(key(listing)));
    let done = 0;
    await limit.map(missing, async (listing) => {
      const response = await send(`${options.url}/api/tickets`, cookie, listing);
      if (response.status !== 201) throw new Error(`Listing ${listing.title} failed: ${await response.text()}`);
      done += 1;
      options.progress(`${email} has listed ${done} of ${missing.length} tickets`);
    });
  }
  return accounts;
};
