import { sessionOf, type HttpResponse } from '@ticketing/test/http-client';
import { ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { field, number, text } from './json-field.ts';
import type { Ledger } from './ledger.ts';
import type { RetryingClient } from './retrying-client.ts';

/** A signed-in user. */
export type User = { readonly cookie: string };

export interface ListedTicket {
  readonly id: string;
  readonly seller: User;
  /** The last acknowledged price, in minor units. */
  price: number;
}

export interface MadeOrder {
  readonly id: string;
  readonly buyer: User;
  readonly expiresAt: number;
}

/** Of every new account. */
export const firstPassword = 'correct horse';

/** The product under test has CURRENCY=usd. */
const major = (minor: number): number => minor / 100;
const minorUnits = (value: number | undefined): number => Math.round((value ?? 0) * 100);

/** How long the next service may not know a new ticket or order, until it has received the event. */
const knownTimeoutMs = 30_000;
const retryDelayMs = 100;

/** Retries of one step carry the same key. */
const idempotent = () => ({ 'idempotency-key': randomUUID() });

/** Steps of users. The ledger records every acknowledged step. */
export class Market {
  readonly #http: RetryingClient;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #stopping: AbortSignal;

  constructor(options: {
    readonly http: RetryingClient;
    readonly ledger: Ledger;
    readonly random: Random;
    readonly stopping: AbortSignal;
  }) {
    this.#http = options.http;
    this.#ledger = options.ledger;
    this.#random = options.random;
    this.#stopping = options.stopping;
  }

  async signUp(email: string): Promise<User> {
    const body = { email, password: firstPassword };
    let response = await this.#http.send({ method: 'POST', path: '/api/users/signup', body });
    // The response to the first attempt was lost.
    if (response?.status === 400) response = await this.#http.send({ method: 'POST', path: '/api/users/signin', body });
    const cookie = response === undefined ? undefined : sessionOf(response);
    if (cookie === undefined) throw new Error(`${email} cannot sign up: ${response?.status ?? 'no response'}`);
    return { cookie };
  }

  async list(seller: User): Promise<ListedTicket | undefined> {
    const price = this.#random.integer(500, 20_000);
    const response = await this.#http.send({
      method: 'POST',
      path: '/api/tickets',
      cookie: seller.cookie,
      headers: idempotent(),
      body: { title: `Row ${this.#random.integer(1, 99)}`, price: major(price) },
    });
    if (response === undefined) return undefined;
    const id = text(response.body, 'id');
    if (response.status !== 201 || id === undefined) return this.#unexpected('list', response);
    this.#ledger.ticket(id, 0);
    return { id, seller, price };
  }

  async reprice(ticket: ListedTicket, price: number): Promise<void> {
    const response = await this.#http.send({
      method: 'PUT',
      path: `/api/tickets/${ticket.id}`,
      cookie: ticket.seller.cookie,
      body: { title: 'Another row', price: major(price) },
    });
    if (response === undefined || response.status === 400 || response.status === 409) return;
    const version = number(response.body, 'version');
    if (response.status !== 200 || version === undefined) return this.#unexpected('reprice', response);
    this.#ledger.ticket(ticket.id, version);
    ticket.price = price;
  }

  /** Uploads a file with this code; returns whether it was accepted. It is refused while the ticket is held, for example. */
  async upload({ id, seller }: ListedTicket, code: string = randomUUID()): Promise<boolean> {
    const response = await this.#http.send({ ...uploadRequest(id, await ticketPng(code)), cookie: seller.cookie });
    if (response === undefined || response.status === 400 || response.status === 409) return false;
    const version = number(response.body, 'version');
    if (response.status !== 200 || version === undefined) {
      this.#unexpected('upload', response);
      return false;
    }
    this.#ledger.ticket(id, version);
    this.#ledger.withFile.add(id);
    return true;
  }

  /** Undefined when another buyer has the ticket, its price has changed, this buyer may hold no more, or there is no response. */
  async order(buyer: User, ticket: ListedTicket, expectedPrice?: number): Promise<MadeOrder | undefined> {
    const until = performance.now() + knownTimeoutMs;
    const headers = idempotent();
    for (;;) {
      const requested = performance.now();
      const response = await this.#http.once({
        method: 'POST',
        path: '/api/orders',
        cookie: buyer.cookie,
        headers,
        body: { ticketId: ticket.id, ...(expectedPrice === undefined ? {} : { expectedPrice: major(expectedPrice) }) },
      });
      if (response?.status === 201) {
        const made = this.#made(response, buyer, ticket);
        if (made !== undefined) this.#ledger.times.push({ requested, acknowledged: performance.now() });
        return made;
      }
      if (response?.status === 400 || response?.status === 409) return undefined;
      if (response !== undefined && response.status !== 404 && response.status < 500)
        return this.#unexpected('order', response);
      if (performance.now() > until || this.#stopping.aborted) return undefined;
      await delay(retryDelayMs);
    }
  }

  #made(response: HttpResponse, buyer: User, ticket: ListedTicket): MadeOrder | undefined {
    const id = text(response.body, 'id');
    const expiresAt = text(response.body, 'expiresAt');
    const price = number(response.body, 'price');
    if (id === undefined || expiresAt === undefined || price === undefined) return this.#unexpected('order', response);
    this.#ledger.orders.set(id, { ticketId: ticket.id, price: minorUnits(price) });
    return { id, buyer, expiresAt: Date.parse(expiresAt) };
  }

  /** Returns whether the order was paid. */
  async pay(order: MadeOrder, token: string): Promise<boolean> {
    const until = performance.now() + knownTimeoutMs;
    for (;;) {
      const response = await this.#http.once({
        method: 'POST',
        path: '/api/payments',
        cookie: order.buyer.cookie,
        body: { orderId: order.id, token },
      });
      if (response?.status === 201) {
        this.#ledger.paid.add(order.id);
        return true;
      }
      if (response?.status === 400) return false;
      const again =
        response === undefined || response.status >= 500 || response.status === 404 || response.status === 409;
      if (!again) {
        this.#unexpected('pay', response);
        return false;
      }
      if (performance.now() > until || this.#stopping.aborted) return false;
      await delay(retryDelayMs);
    }
  }

  /** Returns whether the order was cancelled. */
  async cancel(order: MadeOrder): Promise<boolean> {
    const response = await this.#http.send({
      method: 'DELETE',
      path: `/api/orders/${order.id}`,
      cookie: order.buyer.cookie,
    });
    if (response === undefined || response.status === 400) return false;
    if (response.status !== 204) {
      this.#unexpected('cancel', response);
      return false;
    }
    this.#ledger.cancelled.add(order.id);
    return true;
  }

  /** The order's status at this moment; undefined without a response. */
  async statusOf(order: MadeOrder): Promise<string | undefined> {
    const path = `/api/orders/${order.id}`;
    const response = await this.#http.once({ method: 'GET', path, cookie: order.buyer.cookie });
    return text(response?.body, 'status');
  }

  /** Whether a buyer can order the ticket at this moment; false without a response. */
  async isOnSale(ticket: ListedTicket): Promise<boolean> {
    const response = await this.#http.once({ method: 'GET', path: `/api/tickets/${ticket.id}` });
    return response?.status === 200 && text(response.body, 'orderId') === undefined;
  }

  /** Returns whether the order reached this status in time. */
  async waitForStatus(order: MadeOrder, status: string): Promise<boolean> {
    const until = performance.now() + knownTimeoutMs;
    while (performance.now() < until && !this.#stopping.aborted) {
      if ((await this.statusOf(order)) === status) return true;
      await delay(retryDelayMs);
    }
    return false;
  }

  /** Until when the seller must deliver the ticket of a paid order; undefined if that is decided already. */
  async deliveryDeadline(order: MadeOrder): Promise<number | undefined> {
    if (!(await this.waitForStatus(order, 'complete'))) return undefined;
    const path = `/api/orders/${order.id}`;
    const response = await this.#http.once({ method: 'GET', path, cookie: order.buyer.cookie });
    const dueAt = text(field(response?.body, 'delivery'), 'dueAt');
    return dueAt === undefined ? undefined : Date.parse(dueAt);
  }

  /** Cancels a complete order, which must be refused. */
  async cancelComplete(order: MadeOrder): Promise<void> {
    const response = await this.#http.send({
      method: 'DELETE',
      path: `/api/orders/${order.id}`,
      cookie: order.buyer.cookie,
    });
    if (response !== undefined && response.status !== 400) this.#unexpected('cancel a complete order', response);
  }

  /** Reads one of the pages or lists. */
  async browse(user: User): Promise<void> {
    const path = this.#random.pick(['/api/tickets?limit=20', '/api/tickets?mine=true', '/api/orders?limit=20', '/']);
    await this.#http.once({ method: 'GET', path, cookie: user.cookie });
  }

  #unexpected(step: string, response: HttpResponse): undefined {
    const problem = JSON.stringify(field(response.body, 'errors') ?? response.body)?.slice(0, 200);
    this.#ledger.unexpected.push(`${step}: ${response.status} ${problem}`);
  }
}
