import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { writeWhole } from '../data-dir.mjs';
import { demoEvents, type DemoEvent } from './seed-catalogue.ts';

export interface DemoAccount {
  readonly email: string;
  readonly password: string;
}

const Passwords = z.record(z.string(), z.string());
const emails = ['maya@demo.example', 'jonas@demo.example'] as const;
/** Of five listings so many belong to the first account; the rest is the second one's, so that each can buy. */
const firstOfFive = 3;
const atOnce = 4;

/** Passwords made once and kept, so that a second run prints the same. */
const accountsOf = (dataDir: string): DemoAccount[] => {
  const file = join(dataDir, 'demo-accounts.json');
  let kept: Record<string, string> = {};
  try {
    kept = Passwords.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch {
    // The first run.
  }
  const accounts = emails.map((email) => ({ email, password: kept[email] ?? randomBytes(9).toString('base64url') }));
  const passwords = Object.fromEntries(accounts.map(({ email, password }) => [email, password]));
  writeWhole(file, `${JSON.stringify(passwords, null, 2)}\n`, 0o600);
  return accounts;
};

interface Site {
  readonly url: string;
  readonly cookie: string;
}

const send = (url: string, cookie: string, body: object): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) },
    body: JSON.stringify(body),
  });

const signIn = async (url: string, account: DemoAccount): Promise<Site> => {
  let response = await send(`${url}/api/users/signin`, '', account);
  if (response.status === 400) response = await send(`${url}/api/users/signup`, '', account);
  if (!response.ok)
    throw new Error(
      `The demo account ${account.email} cannot be used (${response.status}): ` +
        'if its password was made in another DATA_DIR, use that one',
    );
  return {
    url,
    cookie: response.headers
      .getSetCookie()
      .map((cookie) => cookie.split(';')[0])
      .join('; '),
  };
};

const Listed = z.array(z.object({ title: z.string(), seat: z.string().optional() }));

const key = (listing: { readonly title: string; readonly seat?: string | undefined }): string =>
  `${listing.title}\n${listing.seat ?? ''}`;

/** What the account lists already: on sale, held and sold. */
const listedBy = async ({ url, cookie }: Site): Promise<Set<string>> => {
  const found = new Set<string>();
  for (let next: string | undefined = '/api/tickets?mine=true'; next !== undefined;) {
    const response: Response = await fetch(`${url}${next}`, { headers: { cookie } });
    if (!response.ok) throw new Error(`The catalogue cannot be read (${response.status})`);
    for (const listing of Listed.parse(await response.json())) found.add(key(listing));
    next = /<([^>]+)>; rel="next"/.exec(response.headers.get('link') ?? '')?.[1];
  }
  return found;
};

const dayMs = 86_400_000;

const listingsOf = (event: DemoEvent, today: Date) => {
  const { inDays, hour, seats, ...details } = event;
  const day = new Date(today.getTime() + inDays * dayMs);
  const startsAt = new Date(Date.UTC(day.getUTCFullYear(), day.getUTCMonth(), day.getUTCDate(), hour)).toISOString();
  return (seats ?? [undefined]).map((seat) => ({ ...details, startsAt, ...(seat === undefined ? {} : { seat }) }));
};

/**
 * Fills a believable catalogue through the site's own API, as its users would. What is listed already is left alone.
 * @returns The accounts that have listed it.
 */
export const seedCatalogue = async (options: {
  readonly url: string;
  readonly dataDir: string;
  readonly progress: (text: string) => void;
}): Promise<readonly DemoAccount[]> => {
  const accounts = accountsOf(options.dataDir);
  const today = new Date();
  const sites = await Promise.all(accounts.map((account) => signIn(options.url, account)));
  for (const [index, site] of sites.entries()) {
    const listed = await listedBy(site);
    const missing = demoEvents
      .filter((_, place) => (place % 5 < firstOfFive ? 0 : 1) === index)
      .flatMap((event) => listingsOf(event, today))
      .filter((listing) => !listed.has(key(listing)));
    const total = missing.length;
    let done = 0;
    const list = async () => {
      for (let listing = missing.pop(); listing !== undefined; listing = missing.pop()) {
        const response = await send(`${options.url}/api/tickets`, site.cookie, listing);
        if (response.status !== 201) throw new Error(`${listing.title} could not be listed: ${await response.text()}`);
        done += 1;
        options.progress(`${accounts[index]?.email ?? ''} has listed ${done} of ${total} tickets`);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, list));
  }
  return accounts;
};
