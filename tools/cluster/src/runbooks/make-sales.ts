import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { readOrder, signUp, type User } from '../load-generator.ts';
import { openSite } from '../site.ts';
import { clusterIngress } from '../under-load.ts';

/** Sales that operators can do something about. */
export interface TestSales {
  /** What the runbooks write as `ORDER`, `ticket ID` and so on. */
  readonly values: Readonly<Record<string, string>>;
  /** A sale whose buyer has reported a problem. */
  readonly problemOrder: string;
  close(): Promise<void>;
}

const listing = z.object({ id: z.string(), eventId: z.string() });
const withId = z.object({ id: z.string() });

const timeoutMs = 60_000;

/** Repeats a request until it returns 201: the next service may not have received the event yet. */
const post = async (user: User, path: string, body: unknown): Promise<unknown> => {
  for (const giveUpAt = Date.now() + timeoutMs; ; await delay(200)) {
    const response = await user.send('POST', path, body);
    if (response.status === 201) return response.body;
    if (Date.now() > giveUpAt)
      throw new Error(`POST ${path} returns ${response.status} ${JSON.stringify(response.body)}`);
  }
};

/** A sale whose payment is complete. */
const sell = async (
  seller: User,
  buyer: User,
): Promise<{ readonly ticketId: string; readonly eventId: string; readonly orderId: string }> => {
  // An event of its own: it may be called off.
  const ticket = listing.parse(await post(seller, '/api/tickets', { title: randomUUID(), price: 19.99 }));
  const order = withId.parse(await post(buyer, '/api/orders', { ticketId: ticket.id }));
  await post(buyer, '/api/payments', { orderId: order.id, token: 'tok_visa' });
  for (
    const giveUpAt = Date.now() + timeoutMs;
    (await readOrder(buyer, order.id))?.status !== 'complete';
    await delay(200)
  )
    if (Date.now() > giveUpAt) throw new Error(`order ${order.id} is not completed`);
  return { ticketId: ticket.id, eventId: ticket.eventId, orderId: order.id };
};

export const makeSales = async (): Promise<TestSales> => {
  const site = openSite(await clusterIngress());
  try {
    const [seller, buyer, other] = await Promise.all([signUp(site), signUp(site), signUp(site)]);
    const sold = await sell(seller, buyer);
    const calledOff = await sell(seller, buyer);
    const withProblem = await sell(seller, buyer);
    await post(buyer, `/api/orders/${withProblem.orderId}/problem`, { text: 'The seat does not exist' });
    const unsold = withId.parse(await post(seller, '/api/tickets', { title: 'Cup final', price: 19.99 }));
    return {
      values: {
        'order ID': sold.orderId,
        'ticket ID': sold.ticketId,
        'account ID': other.email,
        '--event ID': calledOff.eventId,
        ORDER: sold.orderId,
        TICKET: unsold.id,
        ACCOUNT: other.email,
        EMAIL: other.email,
        AMOUNT: '19.99',
        TEXT: "'The runbooks are tried'",
      },
      problemOrder: withProblem.orderId,
      close: () => site.close(),
    };
  } catch (error) {
    await site.close();
    throw error;
  }
};
