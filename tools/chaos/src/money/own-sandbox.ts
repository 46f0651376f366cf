import { root } from '@ticketing/launcher/paths';
import { required } from '@ticketing/launcher/required';
import { waitForLine } from '@ticketing/test/wait-for-line';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { request } from 'undici';
import { z } from 'zod';

export const stripeKey = 'sk_test_chaos_money';

export interface OwnSandbox {
  readonly url: string;
  /** Sends a form to the API or to one of the sandbox's pages. Returns the status and the parsed body, if it is JSON. */
  post(
    path: string,
    form: Readonly<Record<string, string>>,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** One object or page of the API. */
  get(path: string): Promise<unknown>;
  /** Sets the faults of `POST /sandbox/behaviour`. */
  behave(behaviour: unknown): Promise<void>;
  /** All objects of a list, newest first. */
  list<Item>(path: string, item: z.ZodType<Item>): Promise<Item[]>;
  stop(): Promise<void>;
}

const page = z.object({ data: z.array(z.looseObject({ id: z.string() })), has_more: z.boolean() });

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** A Stripe sandbox that is no process of the product, so that its webhooks can pass a relay. */
export const openOwnSandbox = async (options: {
  readonly dataDir: string;
  readonly webhookUrl: string;
  readonly webhookSecret: string;
}): Promise<OwnSandbox> => {
  const child = spawn(process.execPath, [join(root, 'tools', 'stripe-sandbox', 'src', 'index.ts')], {
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      LOG_LEVEL: 'info',
      DATA_DIR: options.dataDir,
      STRIPE_KEY: stripeKey,
      STRIPE_WEBHOOK_SECRET: options.webhookSecret,
      WEBHOOK_URL: options.webhookUrl,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const url = required(await waitForLine(child, (line) => /"url":"([^"]+)"/.exec(line)?.[1]), 'stripe-sandbox');
  child.stdout.resume();
  const authorization = `Bearer ${stripeKey}`;

  const post: OwnSandbox['post'] = async (path, form) => {
    const response = await request(new URL(path, url), {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
    return { status: response.statusCode, body: parseJson(await response.body.text()) };
  };

  const get = async (path: string): Promise<unknown> => {
    const response = await request(`${url}${path}`, { headers: { authorization } });
    return response.body.json();
  };

  return {
    url,
    post,
    get,
    behave: async (behaviour) => {
      const response = await request(`${url}/sandbox/behaviour`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(behaviour),
      });
      await response.body.dump();
    },
    list: async (path, item) => {
      const found = [];
      for (let after: string | undefined; ;) {
        const query = new URLSearchParams({ limit: '100', ...(after === undefined ? {} : { starting_after: after }) });
        const { data, has_more: hasMore } = page.parse(await get(`${path}?${query.toString()}`));
        found.push(...data.map((each) => item.parse(each)));
        after = data.at(-1)?.id;
        if (!hasMore || after === undefined) return found;
      }
    },
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
};
