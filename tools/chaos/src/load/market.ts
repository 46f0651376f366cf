import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../random.ts';
import { field, number, text, type Answer, type Http } from './http.ts';
import type { Ledger } from './ledger.ts';

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
const lookAgainMs = 100;

/** What people do with the product, one step each; every acknowledged step goes into the ledger. */
export class Market {
  readonly #http: Http;
  readonly #ledger: Ledger;
  readonly #random: Random;
  readonly #stopping: AbortSignal;

  constructor(options: {
    readonly http: Http;
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
    let answer = await this.#http.send({ method: 'POST', path: '/api/users/signup', body });
    // The answer to the first try was lost.
    if (answer?.status === 400) answer = await this.#http.send({ method: 'POST', path: '/api/users/signin', body });
    if (answer?.cookie === undefined) throw new Error(`${email} cannot sign up: ${answer?.status ?? 'no answer'}`);
    return { cookie: answer.cookie };
  }

  async list(seller: Person): Promise<ListedTicket | undefined> {
    const price = this.#random.integer(500, 20_000);
    const answer = await this.#http.send({
      method: 'POST',
      path: '/api/tickets',
      cookie: seller.cookie,
      body: { title: `Row ${this.#random.integer(1, 99)}`, price: major(price) },
    });
    if (answer === undefined) return undefined;
    const id = text(answer.body, 'id');
    if (answer.status !== 201 || id === undefined) return this.#surprise('list', answer);
    this.#ledger.ticket(id, 0);
    return { id, seller, price };
  }

  async reprice(ticket: ListedTicket, price: number): Promise<void> {
    const answer = await this.#http.send({
      method: 'PUT',
      path: `/api/tickets/${ticket.id}`,
      cookie: ticket.seller.cookie,
      body: { title: 'Another row', price: major(price) },
    });
    if (answer === undefined || answer.status === 400 || answer.status === 409) return;
    const version = number(answer.body, 'version');
    if (answer.status !== 200 || version === undefined) return this.#surprise('reprice', answer);
    this.#ledger.ticket(ticket.id, version);
    ticket.price = price;
  }

  /** Undefined when somebody else has it, its price has changed or nobody answers. */
  async order(buyer: Person, ticket: ListedTicket, expectedPrice?: number): Promise<MadeOrder | undefined> {
    const until = performance.now() + knownWithinMs;
    for (;;) {
      const asked = performance.now();
      const answer = await this.#http.once({
        method: 'POST',
        path: '/api/orders',
        cookie: buyer.cookie,
        body: { ticketId: ticket.id, ...(expectedPrice === undefined ? {} : { expectedPrice: major(expectedPrice) }) },
      });
      if (answer?.status === 201) {
        const made = this.#made(answer, buyer, ticket);
        if (made !== undefined) this.#ledger.times.push({ asked, answered: performance.now() });
        return made;
      }
      if (answer?.status === 400 || answer?.status === 409) return undefined;
      if (answer !== undefined && answer.status !== 404 && answer.status < 500) return this.#surprise('order', answer);
      if (performance.now() > until || this.#stopping.aborted) return undefined;
      await delay(lookAgainMs);
    }
  }

  #made(answer: Answer, buyer: Person, ticket: ListedTicket): MadeOrder | undefined {
    const id = text(answer.body, 'id');
    const expiresAt = text(answer.body, 'expiresAt');
    const price = number(answer.body, 'price');
    if (id === undefined || expiresAt === undefined || price === undefined) return this.#surprise('order', answer);
    this.#ledger.orders.set(id, { ticketId: ticket.id, price: cents(price) });
    return { id, buyer, expiresAt: Date.parse(expiresAt) };
  }

  /** Whether it was paid. */
  async pay(order: MadeOrder, token: string): Promise<boolean> {
    const until = performance.now() + knownWithinMs;
    for (;;) {
      const answer = await this.#http.once({
        method: 'POST',
        path: '/api/payments',
        cookie: order.buyer.cookie,
        body: { orderId: order.id, token },
      });
      if (answer?.status === 201) {
        this.#ledger.paid.add(order.id);
        return true;
      }
      if (answer?.status === 400) return false;
      const again = answer === undefined || answer.status >= 500 || answer.status === 404 || answer.status === 409;
      if (!again) {
        this.#surprise('pay', answer);
        return false;
      }
      if (performance.now() > until || this.#stopping.aborted) return false;
      await delay(lookAgainMs);
    }
  }

  async cancel(order: MadeOrder): Promise<void> {
    const answer = await this.#http.send({
      method: 'DELETE',
      path: `/api/orders/${order.id}`,
      cookie: order.buyer.cookie,
    });
    if (answer === undefined || answer.status === 400) return;
    if (answer.status !== 204) return this.#surprise('cancel', answer);
    this.#ledger.cancelled.add(order.id);
  }

  /** Whether its buyer sees the order in this status before their patience ends. */
  async sees(order: MadeOrder, status: string): Promise<boolean> {
    const until = performance.now() + knownWithinMs;
    while (performance.now() < until && !this.#stopping.aborted) {
      const answer = await this.#http.send({
        method: 'GET',
        path: `/api/orders/${order.id}`,
        cookie: order.buyer.cookie,
      });
      if (text(answer?.body, 'status') === status) return true;
      await delay(lookAgainMs);
    }
    return false;
  }

  /** Tries to cancel what is complete, which must be refused. */
  async regret(order: MadeOrder): Promise<void> {
    const answer = await this.#http.send({
      method: 'DELETE',
      path: `/api/orders/${order.id}`,
      cookie: order.buyer.cookie,
    });
    if (answer !== undefined && answer.status !== 400) this.#surprise('cancel a complete order', answer);
  }

  /** Reads as people do meanwhile. */
  async look(person: Person): Promise<void> {
    const path = this.#random.pick(['/api/tickets?limit=20', '/api/tickets?mine=true', '/api/orders?limit=20', '/']);
    await this.#http.once({ method: 'GET', path, cookie: person.cookie });
  }

  #surprise(step: string, answer: Answer): undefined {
    const words = JSON.stringify(field(answer.body, 'errors') ?? answer.body)?.slice(0, 200);
    this.#ledger.surprises.push(`${step}: ${answer.status} ${words}`);
  }
}
