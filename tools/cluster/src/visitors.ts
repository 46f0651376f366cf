import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ask, type Asked, type Ingress } from './site.ts';

const withId = z.object({ id: z.string() });
const orderState = z.object({ id: z.string(), status: z.string(), reason: z.string().optional() });
export type OrderState = z.infer<typeof orderState>;

/** Somebody who is signed in; `ask` rejects when there is no answer. */
export interface Visitor {
  ask(method: string, path: string, body?: unknown): Promise<Asked>;
}

/** Signs somebody new up. */
export const newVisitor = async (ingress: Ingress, agent: Agent): Promise<Visitor> => {
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ email: `${randomUUID()}@example.test`, password: randomUUID() });
  const answer = await ask(ingress, { method: 'POST', path: '/api/users/signup', headers, body, agent });
  if (answer.status !== 201) throw new Error(`signing up answered ${answer.status} ${answer.body}`);
  const cookie = (answer.headers['set-cookie'] ?? []).map((text) => text.split(';')[0]).join('; ');
  return {
    ask: (method, path, sent) =>
      ask(ingress, {
        method,
        path,
        agent,
        headers: sent === undefined ? { cookie } : { ...headers, cookie },
        ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
      }),
  };
};

/** What was promised to buyers: orders that were answered 201, and payments that were. */
export interface Promises {
  readonly orders: Map<string, Visitor>;
  readonly paid: Set<string>;
}

export interface LoadReport {
  readonly requests: number;
  readonly failures: readonly string[];
}

/** Visitors who list, look, hold and pay until they are told to go. */
export class Crowd {
  readonly promises: Promises = { orders: new Map(), paid: new Set() };
  readonly #ingress: Ingress;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 });
  readonly #going: Promise<void>[] = [];
  readonly #failures: string[] = [];
  #requests = 0;
  #left = false;

  constructor(ingress: Ingress) {
    this.#ingress = ingress;
  }

  /** How many requests there were, and which got no answer or one of 500 and above. */
  get report(): LoadReport {
    return { requests: this.#requests, failures: [...this.#failures] };
  }

  async enter(pairs: number): Promise<void> {
    const people = await Promise.all(
      Array.from({ length: pairs }, async () => ({
        seller: await newVisitor(this.#ingress, this.#agent),
        buyer: await newVisitor(this.#ingress, this.#agent),
      })),
    );
    for (const { seller, buyer } of people) this.#going.push(this.#shop(seller, buyer));
  }

  async leave(): Promise<void> {
    this.#left = true;
    await Promise.all(this.#going);
    this.#agent.destroy();
  }

  async #counted(visitor: Visitor, method: string, path: string, body?: unknown): Promise<Asked | undefined> {
    this.#requests += 1;
    const what = `${new Date().toISOString()} ${method} ${path}`;
    try {
      const answer = await visitor.ask(method, path, body);
      if (answer.status >= 500) this.#failures.push(`${what} ${answer.status} ${answer.body.slice(0, 200)}`);
      return answer;
    } catch (error) {
      this.#failures.push(`${what} ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  }

  async #shop(seller: Visitor, buyer: Visitor): Promise<void> {
    for (let round = 0; !this.#left; round += 1) {
      await this.#counted(buyer, 'GET', '/');
      await this.#counted(buyer, 'GET', '/api/users/currentuser');
      await this.#counted(buyer, 'GET', '/api/tickets?limit=20');
      await this.#counted(buyer, 'GET', '/api/orders');
      const listed = await this.#counted(seller, 'POST', '/api/tickets', { title: 'Cup final', price: 19.99 });
      if (listed?.status === 201) await this.#buy(buyer, withId.parse(JSON.parse(listed.body)).id, round % 2 === 0);
      await delay(100);
    }
  }

  async #buy(buyer: Visitor, ticketId: string, pays: boolean): Promise<void> {
    await this.#counted(buyer, 'GET', `/tickets/${ticketId}`);
    const order = await this.#repeated(() => this.#counted(buyer, 'POST', '/api/orders', { ticketId }), [404]);
    if (order?.status !== 201) return;
    const { id } = withId.parse(JSON.parse(order.body));
    this.promises.orders.set(id, buyer);
    if (!pays) return;
    const payment = await this.#repeated(
      () => this.#counted(buyer, 'POST', '/api/payments', { orderId: id, token: 'tok_visa' }),
      [404, 409],
    );
    if (payment?.status === 201) this.promises.paid.add(id);
  }

  /** Between services all is consistent in a moment: an answer of these statuses is one to wait after. */
  async #repeated(attempt: () => Promise<Asked | undefined>, statuses: readonly number[]): Promise<Asked | undefined> {
    for (let tries = 0; ; tries += 1) {
      const answer = await attempt();
      if (answer === undefined || !statuses.includes(answer.status) || tries === 50 || this.#left) return answer;
      await delay(200);
    }
  }
}

/** What has become of an order that somebody was promised. */
export const stateOf = async (buyer: Visitor, orderId: string): Promise<OrderState | undefined> => {
  const answer = await buyer.ask('GET', `/api/orders/${orderId}`);
  return answer.status === 200 ? orderState.parse(JSON.parse(answer.body)) : undefined;
};
