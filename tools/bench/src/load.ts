import {
  openHttpClient,
  sessionOf,
  type HttpClient,
  type HttpRequest,
  type HttpResponse,
} from '@ticketing/test/http-client';
import { ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { inParallel } from './in-parallel.ts';
import { openStream } from './streams.ts';
import { cyclic, password, signUp, textOf } from './users.ts';

/** What one phase has measured. */
export interface Measured {
  /** Milliseconds of each response, by step. */
  readonly times: Map<string, number[]>;
  /** Journeys that have ended. */
  journeys: number;
  /** Journeys that ended with a request that was refused or failed. */
  readonly refused: string[];
}

interface User {
  readonly email: string;
  readonly cookie: string;
  readonly address: string;
}

/** Sends a request of a step, and again while its status is one of `again`. @throws Error when it is refused. */
type SendStep = (
  name: string,
  user: User,
  request: HttpRequest,
  expected: number,
  again?: (response: HttpResponse) => boolean,
) => Promise<HttpResponse>;

/**
 * `plain`: every journey ends with a cancellation or a payment. `varied`: besides, some buyers look at pages of the site, follow the
 * ticket as a stream, or let their hold expire; some sellers deliver the file; some users sign in and out.
 */
type Kind = 'plain' | 'varied';

/** How long an event may take to reach the next service. */
const knownTimeoutMs = 30_000;
const retryDelayMs = 50;
const words = ['row', 'final', 'concert', 'vienna', 'hall'];

export const newMeasured = (): Measured => ({ times: new Map(), journeys: 0, refused: [] });

const addressOf = (index: number): string => `10.1.${Math.floor(index / 200)}.${(index % 200) + 1}`;

/** Buyers and sellers, each at an address of their own. */
export class Load {
  readonly #url: string;
  readonly #kind: Kind;
  readonly #client: HttpClient;
  readonly #users: User[] = [];
  #journeys = 0;

  constructor(url: string, kind: Kind = 'plain') {
    this.#url = url;
    this.#kind = kind;
    this.#client = openHttpClient(url, { connections: 128 });
  }

  /** Signs new users up until there are `count`. */
  async signUp(count: number): Promise<void> {
    const first = this.#users.length;
    await inParallel(Math.max(0, count - first), 2, async (offset) => {
      const address = addressOf(first + offset);
      const email = `user-${first + offset}@bench.example`;
      const send = (request: HttpRequest) => this.#client.send({ ...request, headers: { 'x-forwarded-for': address } });
      const cookie = await signUp({ send, close: () => Promise.resolve() }, email);
      this.#users.push({ email, cookie, address });
    });
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

  /** Begins `perSecond` journeys a second for this long, however long each takes. `measured` is filled meanwhile. */
  async run(milliseconds: number, perSecond: number, measured: Measured = newMeasured()): Promise<Measured> {
    const running = new Set<Promise<void>>();
    const start = performance.now();
    for (let begun = 0; performance.now() - start < milliseconds; begun += 1) {
      const journey = this.#take(measured).finally(() => running.delete(journey));
      running.add(journey);
      await delay(Math.max(0, start + ((begun + 1) / perSecond) * 1000 - performance.now()));
    }
    await Promise.all(running);
    return measured;
  }

  /** As many journeys as possible for this long, `concurrency` at a time; `perSecond` is how many that were. */
  async runAtFullRate(milliseconds: number, concurrency: number): Promise<Measured & { readonly perSecond: number }> {
    const measured = newMeasured();
    const start = performance.now();
    await inParallel(concurrency, concurrency, async () => {
      while (performance.now() - start < milliseconds) await this.#take(measured);
    });
    return { ...measured, perSecond: (measured.journeys * 1000) / (performance.now() - start) };
  }

  /**
   * Loads `count` pages of the site, half of them home and half of them tickets of the first user, `concurrency` at a time.
   *
   * @throws Error when a page is refused.
   */
  async visit(count: number, concurrency: number): Promise<void> {
    const ids = await this.list(20);
    await inParallel(count, concurrency, async (index) => {
      const path = index % 2 === 0 ? '/' : `/tickets/${cyclic(ids, (index - 1) / 2)}`;
      const { status } = await this.#send(cyclic(this.#users, index), { method: 'GET', path });
      if (status !== 200) throw new Error(`GET ${path}: ${status}`);
    });
  }

  async #take(measured: Measured): Promise<void> {
    try {
      await this.#journey(measured);
    } catch (error) {
      measured.refused.push(error instanceof Error ? error.message : String(error));
    }
    measured.journeys += 1;
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  #send(user: User, request: HttpRequest): Promise<HttpResponse> {
    const { cookie, address } = user;
    return this.#client.send({ ...request, cookie, headers: { ...request.headers, 'x-forwarded-for': address } });
  }

  /** Browses, lists a ticket, and buys the ticket of another user; one in four cancels instead of paying. */
  async #journey(measured: Measured): Promise<void> {
    const index = this.#journeys;
    this.#journeys += 1;
    const [seller, buyer] = [cyclic(this.#users, index), cyclic(this.#users, index + 1)];

    const step: SendStep = async (name, user, request, expected, again = () => false) => {
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
    const variation = this.#kind === 'varied' ? index % 16 : -1;
    if (variation === 1) await this.#visit(step, buyer, ticketId);
    if (variation === 5) await this.#signInAndOut(step, buyer);
    const headers = { cookie: buyer.cookie, 'x-forwarded-for': buyer.address };
    const stream =
      variation === 9 ? await openStream(`${this.#url}/api/tickets/${ticketId}/stream`, headers) : undefined;
    try {
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
      if (variation === 14) return;
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
      await stream?.shows('"soldAt":');
      if (variation === 12) {
        const upload = uploadRequest(ticketId, await ticketPng(randomUUID()));
        // Refused until tickets has heard that the ticket is sold.
        await step('PUT /api/tickets/:id/file', seller, upload, 200, ({ status }) => status === 400);
      }
    } finally {
      stream?.close();
    }
  }

  async #visit(step: SendStep, buyer: User, ticketId: string): Promise<void> {
    await step('GET /', buyer, { method: 'GET', path: '/' }, 200);
    await step('GET /tickets/:id', buyer, { method: 'GET', path: `/tickets/${ticketId}` }, 200);
  }

  /** In another browser. */
  async #signInAndOut(step: SendStep, { email, address }: User): Promise<void> {
    const stranger = { email, address, cookie: '' };
    const body = { email, password };
    const signedIn = await step('POST signin', stranger, { method: 'POST', path: '/api/users/signin', body }, 200);
    const cookie = sessionOf(signedIn);
    if (cookie === undefined) throw new Error('POST signin: no session');
    const signOut = { method: 'POST', path: '/api/users/signout', body: {} };
    await step('POST signout', { ...stranger, cookie }, signOut, 200);
  }
}
