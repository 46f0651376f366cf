import { openHttpClient, type HttpClient, type HttpRequest, type HttpResponse } from '@ticketing/test/http-client';
import { setTimeout as delay } from 'node:timers/promises';
import { cyclic, signUp, textOf } from '../users.ts';

/** What one phase has measured. */
export interface Measured {
  /** Milliseconds of each response, by step. */
  readonly times: Map<string, number[]>;
  /** Requests that were refused, failed or came to nothing. */
  readonly refused: string[];
}

interface User {
  readonly cookie: string;
  readonly address: string;
}

/** How long an event may take to reach the next service. */
const knownTimeoutMs = 30_000;
const retryDelayMs = 50;
const words = ['row', 'final', 'concert', 'vienna', 'hall'];

const addressOf = (index: number): string => `10.1.${Math.floor(index / 200)}.${(index % 200) + 1}`;

/** Buyers and sellers, each at an address of their own. */
export class Load {
  readonly #client: HttpClient;
  readonly #users: User[] = [];
  #journeys = 0;

  constructor(url: string) {
    this.#client = openHttpClient(url, { connections: 128 });
  }

  async signUp(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const address = addressOf(index);
      const send = (request: HttpRequest) => this.#client.send({ ...request, headers: { 'x-forwarded-for': address } });
      const cookie = await signUp({ send, close: () => Promise.resolve() }, `user-${index}@bench.example`);
      this.#users.push({ cookie, address });
    }
  }

  /** Lists `count` tickets of the first user, and returns their ids. */
  async list(count: number): Promise<string[]> {
    const seller = cyclic(this.#users, 0);
    const ids: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const body = { title: `Opera night ${index}`, price: 20 + index };
      ids.push(textOf(await this.#send(seller, { method: 'POST', path: '/api/tickets', body }), 'id'));
    }
    return ids;
  }

  /** Begins `perSecond` journeys a second for this long, however long each takes. */
  async run(milliseconds: number, perSecond: number): Promise<Measured> {
    const measured: Measured = { times: new Map(), refused: [] };
    const running: Promise<void>[] = [];
    const start = performance.now();
    for (let begun = 0; performance.now() - start < milliseconds; begun += 1) {
      running.push(
        this.#journey(measured).catch((error: unknown) => {
          measured.refused.push(error instanceof Error ? error.message : String(error));
        }),
      );
      await delay(Math.max(0, start + ((begun + 1) / perSecond) * 1000 - performance.now()));
    }
    await Promise.all(running);
    return measured;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #send(user: User, request: HttpRequest): Promise<HttpResponse> {
    const { cookie, address } = user;
    return this.#client.send({ ...request, cookie, headers: { 'x-forwarded-for': address } });
  }

  /** Browses, lists a ticket, and buys the ticket of another user; one in four cancels instead of paying. */
  async #journey(measured: Measured): Promise<void> {
    const index = this.#journeys;
    this.#journeys += 1;
    const [seller, buyer] = [cyclic(this.#users, index), cyclic(this.#users, index + 1)];

    /** Sends a request of a step, and again while its status is one of `again`. @throws Error when it is refused. */
    const step = async (
      name: string,
      user: User,
      request: HttpRequest,
      expected: number,
      again: (response: HttpResponse) => boolean = () => false,
    ): Promise<HttpResponse> => {
      const until = performance.now() + knownTimeoutMs;
      for (;;) {
        const response = await this.#send(user, request);
        const times = measured.times.get(name) ?? [];
        times.push(response.milliseconds);
        measured.times.set(name, times);
        if (!again(response)) {
          if (response.status !== expected)
            throw new Error(`${name}: ${response.status} ${JSON.stringify(response.body).slice(0, 200)}`);
          return response;
        }
        if (performance.now() > until) throw new Error(`${name}: still ${response.status} after 30 s`);
        await delay(retryDelayMs);
      }
    };

    await step('GET /api/tickets', buyer, { method: 'GET', path: '/api/tickets?limit=20' }, 200);
    const search = `/api/tickets?q=${cyclic(words, index)}&minPrice=${index % 40}`;
    await step('GET /api/tickets?q=', buyer, { method: 'GET', path: search }, 200);
    const body = {
      title: `Row ${index}`,
      price: 20 + (index % 100),
      category: 'concerts',
      city: 'Vienna',
      venue: 'Hall',
    };
    const listed = await step('POST /api/tickets', seller, { method: 'POST', path: '/api/tickets', body }, 201);
    const ticketId = textOf(listed, 'id');
    await step('GET /api/tickets/:id', buyer, { method: 'GET', path: `/api/tickets/${ticketId}` }, 200);
    const order = await step(
      'POST /api/orders',
      buyer,
      { method: 'POST', path: '/api/orders', body: { ticketId } },
      201,
      ({ status }) => status === 404,
    );
    const orderId = textOf(order, 'id');
    const path = `/api/orders/${orderId}`;
    if (index % 4 === 3) {
      await step('DELETE /api/orders/:id', buyer, { method: 'DELETE', path }, 204);
      return;
    }
    await step(
      'POST /api/payments',
      buyer,
      { method: 'POST', path: '/api/payments', body: { orderId, token: 'tok_visa' } },
      201,
      ({ status }) => status === 404 || status === 409,
    );
    await step('GET /api/orders/:id', buyer, { method: 'GET', path }, 200, (response) =>
      response.status === 200 ? textOf(response, 'status') !== 'complete' : false,
    );
  }
}
