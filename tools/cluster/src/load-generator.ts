import { required } from '@ticketing/launcher/required';
import { sessionOf, type HttpClient, type HttpResponse } from '@ticketing/test/http-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { openSite, type Ingress } from './site.ts';

const withId = z.object({ id: z.string() });
const orderState = z.object({ id: z.string(), status: z.string(), reason: z.string().optional() });
const signedOut = z.object({ currentUser: z.null() });
export type OrderState = z.infer<typeof orderState>;

/** A signed-in user. `send` rejects when there is no response. */
export interface User {
  readonly email: string;
  send(method: string, path: string, body?: unknown): Promise<HttpResponse>;
}

export const signUp = async (site: HttpClient): Promise<User> => {
  const email = `${randomUUID()}@example.test`;
  const body = { email, password: randomUUID() };
  const response = await site.send({ method: 'POST', path: '/api/users/signup', body });
  if (response.status !== 201) throw new Error(`sign-up failed with ${response.status} ${textOf(response)}`);
  const cookie = required(sessionOf(response), 'session cookie');
  return { email, send: (method, path, json) => site.send({ method, path, cookie, body: json }) };
};

const textOf = ({ body }: HttpResponse): string => JSON.stringify(body ?? '').slice(0, 200);

const isSignedOut = ({ status, body }: HttpResponse): boolean => status === 401 || signedOut.safeParse(body).success;

/** Orders with their buyers, and paid orders, that the product has acknowledged with 201. */
export interface Acknowledged {
  readonly orders: Map<string, User>;
  readonly paid: Set<string>;
}

export interface LoadReport {
  readonly requests: number;
  readonly failures: readonly string[];
}

const moreTimeoutMs = 600_000;

/** Sellers and buyers who list, browse, order and pay until `stop` is called. */
export class LoadGenerator {
  readonly acknowledged: Acknowledged = { orders: new Map(), paid: new Set() };
  readonly #site: HttpClient;
  readonly #running: Promise<void>[] = [];
  readonly #failures: string[] = [];
  #requests = 0;
  #stopping = false;

  constructor(ingress: Ingress) {
    this.#site = openSite(ingress);
  }

  /** The number of requests, and those without a response, with a status of 500 and above, or refused as not signed in. */
  get report(): LoadReport {
    return { requests: this.#requests, failures: [...this.#failures] };
  }

  async start(pairs: number): Promise<void> {
    const users = await Promise.all(
      Array.from({ length: pairs }, async () => ({
        seller: await signUp(this.#site),
        buyer: await signUp(this.#site),
      })),
    );
    for (const { seller, buyer } of users)
      this.#running.push(
        this.#shop(seller, buyer).catch((error: unknown) => {
          this.#failures.push(`a pair of users has ended: ${error instanceof Error ? error.message : String(error)}`);
        }),
      );
  }

  /**
   * Waits until this many more requests have ended.
   * @throws Error when that takes longer than ten minutes.
   */
  async untilMore(requests: number): Promise<void> {
    const wanted = this.#requests + requests;
    const giveUpAt = Date.now() + moreTimeoutMs;
    while (this.#requests < wanted) {
      if (Date.now() > giveUpAt)
        throw new Error(`${wanted - this.#requests} of ${requests} requests were not sent in time`);
      await delay(100);
    }
  }

  /** The users can still send requests, to look at what became of their orders. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all(this.#running);
  }

  async close(): Promise<void> {
    await this.#site.close();
  }

  async #counted(user: User, method: string, path: string, body?: unknown): Promise<HttpResponse | undefined> {
    const label = `${new Date().toISOString()} ${method} ${path}`;
    try {
      const response = await user.send(method, path, body);
      if (response.status >= 500 || isSignedOut(response))
        this.#failures.push(`${label} ${response.status} ${textOf(response)}`);
      return response;
    } catch (error) {
      this.#failures.push(`${label} ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    } finally {
      this.#requests += 1;
    }
  }

  async #shop(seller: User, firstBuyer: User): Promise<void> {
    let buyer = firstBuyer;
    for (let round = 0; !this.#stopping; round += 1) {
      // Every second order stays unpaid, and an account may have six such orders.
      if (round % 10 === 9) buyer = await signUp(this.#site).catch(() => buyer);
      await this.#counted(buyer, 'GET', '/');
      await this.#counted(buyer, 'GET', '/api/users/currentuser');
      await this.#counted(buyer, 'GET', '/api/tickets?limit=20');
      await this.#counted(buyer, 'GET', '/api/orders');
      const listed = await this.#counted(seller, 'POST', '/api/tickets', { title: 'Cup final', price: 19.99 });
      if (listed?.status === 201) await this.#buy(buyer, withId.parse(listed.body).id, round % 2 === 0);
      await delay(100);
    }
  }

  async #buy(buyer: User, ticketId: string, pays: boolean): Promise<void> {
    await this.#counted(buyer, 'GET', `/tickets/${ticketId}`);
    const order = await this.#retry(() => this.#counted(buyer, 'POST', '/api/orders', { ticketId }), [404]);
    if (order?.status !== 201) return;
    const { id } = withId.parse(order.body);
    this.acknowledged.orders.set(id, buyer);
    if (!pays) return;
    const payment = await this.#retry(
      () => this.#counted(buyer, 'POST', '/api/payments', { orderId: id, token: 'tok_visa' }),
      [404, 409],
    );
    if (payment?.status === 201) this.acknowledged.paid.add(id);
  }

  /** Retries while the status is one of these: the next service has not received the event yet. */
  async #retry(
    send: () => Promise<HttpResponse | undefined>,
    statuses: readonly number[],
  ): Promise<HttpResponse | undefined> {
    for (let retries = 0; ; retries += 1) {
      const response = await send();
      if (response === undefined || !statuses.includes(response.status) || retries === 50 || this.#stopping)
        return response;
      await delay(200);
    }
  }
}

/** Reads an order as its buyer; undefined when it is not found. */
export const readOrder = async (buyer: User, orderId: string): Promise<OrderState | undefined> => {
  const response = await buyer.send('GET', `/api/orders/${orderId}`);
  return response.status === 200 ? orderState.parse(response.body) : undefined;
};
