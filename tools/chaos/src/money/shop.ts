import { required } from '@ticketing/launcher/required';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { field, text } from '../load/json-field.ts';
import type { MadeOrder, Market, User } from '../load/market.ts';
import type { RetryingClient } from '../load/retrying-client.ts';
import type { Random } from '../random.ts';

export type Paid =
  | { readonly kind: 'paid' }
  | { readonly kind: 'refused' }
  | { readonly kind: 'action'; readonly url: string }
  | { readonly kind: 'unknown' };

/** How long a request is repeated until its outcome is known. */
const outcomeMs = 60_000;
const retryDelayMs = 150;

const chargeResponse = z.object({ stripeId: z.string() });

/** Events begin this soon, so that proceeds are released during the run. */
const startsInMs = { least: 22_000, most: 40_000 };

/** One white pixel: a ticket without a code. */
const ticketFile = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAsTj2FAAAAABJRU5ErkJggg==',
  'base64',
);

/** Buyers and sellers of a run, with the steps that move money. */
export class Shop {
  readonly #http: RetryingClient;
  readonly #market: Market;
  readonly #random: Random;
  readonly #stopping: AbortSignal;
  readonly #saleOf = new Map<string, { readonly seller: User; readonly ticketId: string }>();
  readonly sellers: User[] = [];
  readonly buyers: User[] = [];
  readonly paid = new Set<string>();
  /** Responses that the contract does not allow. */
  readonly unexpected: string[] = [];

  constructor(options: {
    readonly http: RetryingClient;
    readonly market: Market;
    readonly random: Random;
    readonly stopping: AbortSignal;
  }) {
    this.#http = options.http;
    this.#market = options.market;
    this.#random = options.random;
    this.#stopping = options.stopping;
  }

  /** Signs up an account and, for a seller who is to be paid, confirms its e-mail and its account at Stripe. */
  async signUp(
    email: string,
    seller?: {
      readonly tokenOf: (email: string) => Promise<string>;
      readonly onboard: (url: string) => Promise<unknown>;
    },
  ): Promise<User> {
    const user = await this.#market.signUp(email);
    if (seller === undefined) return user;
    await this.#must(user, 'POST', '/api/users/verify-email', { token: await seller.tokenOf(email) });
    const url = text(await this.#must(user, 'POST', '/api/payments/payout-account', {}), 'url');
    if (url === undefined) throw new Error(`${email} gets no address of the onboarding`);
    await seller.onboard(url);
    return user;
  }

  async #must({ cookie }: User, method: string, path: string, body: unknown): Promise<unknown> {
    const response = await this.#http.send({ method, path, cookie, body });
    if (response === undefined || response.status >= 300)
      throw new Error(`${method} ${path}: ${response?.status ?? 'no response'}`);
    return response.body;
  }

  /** Lists a ticket and orders it; undefined when that fails. */
  async order(): Promise<MadeOrder | undefined> {
    const seller = this.#random.pick(this.sellers);
    const price = this.#random.integer(500, 20_000);
    const startsAt = new Date(Date.now() + this.#random.integer(startsInMs.least, startsInMs.most)).toISOString();
    const response = await this.#http.send({
      method: 'POST',
      path: '/api/tickets',
      cookie: seller.cookie,
      headers: { 'idempotency-key': randomUUID() },
      body: { title: `Seat ${this.#random.integer(1, 9_999)}`, price: price / 100, startsAt },
    });
    const id = text(response?.body, 'id');
    if (response?.status !== 201 || id === undefined) return undefined;
    const order = await this.#market.order(this.#random.pick(this.buyers), { id, seller, price });
    if (order !== undefined) this.#saleOf.set(order.id, { seller, ticketId: id });
    return order;
  }

  /** The seller uploads the ticket itself, once tickets knows of the sale: nothing is paid out before. */
  async #deliver(order: MadeOrder): Promise<void> {
    const { seller, ticketId } = required(this.#saleOf.get(order.id), 'sale');
    const path = `/api/tickets/${ticketId}/file?confirm=no-code`;
    const headers = { 'content-type': 'image/png' };
    const until = performance.now() + outcomeMs;
    while (performance.now() < until && !this.#stopping.aborted) {
      const response = await this.#http.once({ method: 'PUT', path, cookie: seller.cookie, headers, body: ticketFile });
      const isStillHeld = response?.status === 400 && JSON.stringify(response.body).includes('reserved');
      if (response !== undefined && response.status < 500 && response.status !== 409 && !isStillHeld) return;
      if ((await this.#market.statusOf(order)) === 'cancelled') return;
      await delay(retryDelayMs);
    }
  }

  /** Repeats the request until it has an outcome. */
  async pay(order: MadeOrder, token: string): Promise<Paid> {
    const until = performance.now() + outcomeMs;
    while (performance.now() < until && !this.#stopping.aborted) {
      const response = await this.#http.once({
        method: 'POST',
        path: '/api/payments',
        cookie: order.buyer.cookie,
        body: { orderId: order.id, token },
      });
      switch (response?.status) {
        case 201:
          this.paid.add(order.id);
          await this.#deliver(order);
          return { kind: 'paid' };
        case 202: {
          const url = text(field(response.body, 'nextAction'), 'url');
          if (url !== undefined) return { kind: 'action', url };
          this.unexpected.push(`pay: 202 without an action`);
          return { kind: 'unknown' };
        }
        case 400:
          return { kind: 'refused' };
        case undefined:
        case 404:
        case 409:
        case 429:
          break;
        default:
          if (response !== undefined && response.status < 500) {
            this.unexpected.push(`pay: ${response.status}`);
            return { kind: 'unknown' };
          }
      }
      await delay(retryDelayMs);
    }
    return { kind: 'unknown' };
  }

  cancel(order: MadeOrder): Promise<boolean> {
    return this.#market.cancel(order);
  }

  /** Repeats the request until it has an answer, since payments is killed all the time. */
  async charge(order: MadeOrder): Promise<z.infer<typeof chargeResponse>> {
    const path = `/api/payments/${order.id}`;
    const until = performance.now() + outcomeMs;
    for (;;) {
      const response = await this.#http.send({ method: 'GET', path, cookie: order.buyer.cookie });
      const charge = chargeResponse.safeParse(response?.body);
      if (charge.success) return charge.data;
      if (performance.now() > until || this.#stopping.aborted)
        throw new Error(`GET ${path}: ${response?.status ?? 'no response'}`);
      await delay(retryDelayMs);
    }
  }

  /** True once the proceeds of the order have been transferred, as its seller sees it. */
  async paidOut(order: MadeOrder): Promise<true | undefined> {
    const { cookie } = required(this.#saleOf.get(order.id), 'sale').seller;
    const response = await this.#http.once({ method: 'GET', path: '/api/payments/sales?limit=100', cookie });
    const sales = z.array(z.object({ orderId: z.string(), state: z.string() })).safeParse(response?.body);
    const isPaidOut = sales.data?.some(({ orderId, state }) => orderId === order.id && state === 'paid_out');
    return isPaidOut === true ? true : undefined;
  }

  /** Returns whether the report was accepted. */
  async reportProblem(order: MadeOrder): Promise<boolean> {
    if (!(await this.#market.waitForStatus(order, 'complete'))) return false;
    const response = await this.#http.send({
      method: 'POST',
      path: `/api/orders/${order.id}/problem`,
      cookie: order.buyer.cookie,
      body: { text: 'The code was refused at the gate.' },
    });
    if (response === undefined || response.status === 400) return false;
    if (response.status !== 201) this.unexpected.push(`problem: ${response.status}`);
    return response.status === 201;
  }
}
