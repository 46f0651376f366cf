import { sessionOf, type HttpResponse } from '@ticketing/test/http-client';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { field, number, text } from './json-field.ts';
import type { Ledger } from './ledger.ts';
import type { RetryingClient } from './retrying-client.ts';

/** Somebody who is signed in. */
export type Person = { readonly cookie: string };

export interface ListedTicket {
  readonly id: string;
  readonly seller: Person;
  /** Cents, as last acknowledged. */
  price: number;
}

export interface MadeOrder {
  readonly id: string;
  readonly buyer: Person;
  readonly expiresAt: number;
}

const major = (cents: number): number => cents / 100;
const cents = (value: number | undefined): number => Math.round((value ?? 0) * 100);

/** A new ticket or order is unknown to the next service until its event has come. */
const knownWithinMs = 30_000;
const retryDelayMs = 100;

/** What people do with the product, one step each; every acknowledged step goes into the ledger. */
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

  async signUp(email: string): Promise<Person> {
    const body = { email, password: 'correct horse' };
    let response = await this.#http.send({ method: 'POST', path: '/api/users/signup', body });
    // The response to the first attempt was lost.
    if (response?.status === 400) response = await this.#http.send({ method: 'POST', path: '/api/users/signin', body });
    const cookie = response === undefined ? undefined : sessionOf(response);
    if (cookie === undefined) throw new Error(`${email} cannot sign up: ${response?.status ?? 'no response'}`);
    return { cookie };
  }

  async list(seller: Person): Promise<ListedTicket | undefined> {
    const price = this.#random.integer(500, 20_000);
    const response = await this.#http.send({
      method: 'POST',
      path: '/api/tickets',
      cookie: seller.cookie,
      body: { title: `Row ${this.#random.integer(1, 99)}`, price: major(price) },
    });
    if (response === undefined) return undefined;
    const id = text(response.body, 'id');
    if (response.status !== 201 || id === undefined) return this.#surprise('list', response);
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
    if (response.status !== 200 || version === undefined) return this.#surprise('reprice', response);
    this.#ledger.ticket(ticket.id, version);
    ticket.price = price;
  }

  /** Undefined when somebody else has it, its price has changed or nobody answers. */
  async order(buyer: Person, ticket: ListedTicket, expectedPrice?: number): Promise<MadeOrder | undefined> {
    const until = performance.now() + knownWithinMs;
    for (;;) {
      const asked = performance.now();
      const response = await this.#http.once({
        method: 'POST',
        path: '/api/orders',
        cookie: buyer.cookie,
        body: { ticketId: ticket.id, ...(expectedPrice === undefined ? {} : { expectedPrice: major(expectedPrice) }) },
      });
      if (response?.status === 201) {
        const made = this.#made(response, buyer, ticket);
        if (made !== undefined) this.#ledger.times.push({ asked, answered: performance.now() });
        return made;
      }
      if (response?.status === 400 || response?.status === 409) return undefined;
      if (response !== undefined && response.status !== 404 && response.status < 500)
        return this.#surprise('order', response);
      if (performance.now() > until || this.#stopping.aborted) return undefined;
      await delay(retryDelayMs);
    }
  }

  #made(response: HttpResponse, buyer: Person, ticket: ListedTicket): MadeOrder | undefined {
    const id = text(response.body, 'id');
    const expiresAt = text(response.body, 'expiresAt');
    const price = number(response.body, 'price');
    if (id === undefined || expiresAt === undefined || price === undefined) return this.#surprise('order', response);
    this.#ledger.orders.set(id, { ticketId: ticket.id, price: cents(price) });
    return { id, buyer, expiresAt: Date.parse(expiresAt) };
  }

  /** Whether it was paid. */
  async pay(order: MadeOrder, token: string): Promise<boolean> {
    const until = performance.now() + knownWithinMs;
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
        this.#surprise('pay', response);
        return false;
      }
      if (performance.now() > until || this.#stopping.aborted) return false;
      await delay(retryDelayMs);
    }
  }

  async cancel(order: MadeOrder): Promise<void> {
    const response = await this.#http.send({
      method: 'DELETE',
      path: `/api/orders/${order.id}`,
      cookie: order.buyer.cookie,
    });
    if (response === undefined || response.status === 400) return;
    if (response.status !== 204) return this.#surprise('cancel', response);
    this.#ledger.cancelled.add(order.id);
  }

  /** Whether its buyer sees the order in this status before their patience ends. */
  async sees(order: MadeOrder, status: string): Promise<boolean> {
    const until = performance.now() + knownWithinMs;
    while (performance.now() < until && !this.#stopping.aborted) {
      const response = await this.#http.send({
        method: 'GET',
        path: `/api/orders/${order.id}`,
        cookie: order.buyer.cookie,
      });
      if (text(response?.body, 'status') === status) return true;
      await delay(retryDelayMs);
    }
    return false;
  }

  /** Tries to cancel what is complete, which must be refused. */
  async regret(order: MadeOrder): Promise<void> {
    const response = await this.#http.send({
      method: 'DELETE',
      path: `/api/orders/${order.id}`,
      cookie: order.buyer.cookie,
    });
    if (response !== undefined && response.status !== 400) this.#surprise('cancel a complete order', response);
  }

  /** Reads as people do meanwhile. */
  async look(person: Person): Promise<void> {
    const path = this.#random.pick(['/api/tickets?limit=20', '/api/tickets?mine=true', '/api/orders?limit=20', '/']);
    await this.#http.once({ method: 'GET', path, cookie: person.cookie });
  }

  #surprise(step: string, response: HttpResponse): undefined {
    const words = JSON.stringify(field(response.body, 'errors') ?? response.body)?.slice(0, 200);
    this.#ledger.surprises.push(`${step}: ${response.status} ${words}`);
  }
}
