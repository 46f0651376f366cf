import { expect } from '@jest/globals';
import { root } from '@ticketing/launcher/paths';
import type { ProductProcess } from '@ticketing/test/start-product';
import { ticketPng, uploadRequest } from '@ticketing/test/ticket-file';
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { eventually } from '../eventually.ts';
import { orderResponse, type Order } from '../responses.ts';
import { testOnThisMachine } from '../site.ts';
import { openStripeLedger } from '../stripe-ledger.ts';
import { list, order, orderOf, pay, signUp, untilOrder, type User } from '../user.ts';
import { useOwnProduct } from './use-own-product.ts';

/** With a file, and without; 100 take about two minutes longer than 30. */
const salesOfKind = Number(process.env['SALES'] ?? 30);
const sellers = 10;
const deliverySeconds = 40;
const { running, dataDir } = useOwnProduct({
  REPLICAS: '2',
  DELIVERY_HOURS: String(deliverySeconds / 3600),
  DELIVERY_MIN_MINUTES: '0.1',
});

/** From the deadline until the money is back; npm test may run on a slow machine, and measures nothing. */
const returnedWithinMs = process.env['SALES'] === undefined ? 60_000 : 10_000;
/** Stripe's times are whole seconds. */
const roundingMs = 1_000;
/** Enough for a slow machine; nothing waits for it to end. */
const patientMs = 60_000;

interface Sale {
  readonly ticketId: string;
  readonly seller: User;
  readonly buyer: User;
  readonly order: Order;
}

const upload = async (seller: User, ticketId: string) =>
  seller.send(uploadRequest(ticketId, await ticketPng(randomUUID())));

/** @throws when the order is cancelled, as one is that orders took before it knew of the upload, a change of the listing. */
const holdIfUnchanged = async (buyer: User, ticketId: string): Promise<string> => {
  const ordered = await order(buyer, ticketId);
  expect(ordered).toMatchObject({ status: 201 });
  const { id } = orderResponse.parse(ordered.body);
  const settled = await eventually(async () => {
    const found = await orderOf(buyer, id);
    expect(found.status).not.toBe('created');
    return found;
  }, patientMs);
  expect(settled.status).toBe('awaiting:payment');
  return id;
};

const sell = async (seller: User, buyer: User, delivery: 'delivered' | 'pending'): Promise<Sale> => {
  const { id: ticketId } = await list(seller);
  if (delivery === 'delivered') expect(await upload(seller, ticketId)).toMatchObject({ status: 200 });
  const id = await eventually(() => holdIfUnchanged(buyer, ticketId), patientMs);
  await eventually(async () => expect(await pay(buyer, id)).toMatchObject({ status: 201 }), patientMs);
  const sold = await untilOrder(buyer, id, { status: 'complete', delivery: { status: delivery } }, patientMs);
  return { ticketId, seller, buyer, order: sold };
};

/** Files of one seller are read one after the other, so there are several. */
const signUpPairs = () =>
  Promise.all(Array.from({ length: sellers }, () => Promise.all([signUp(running().url), signUp(running().url)])));

/** Each seller sells this many tickets to one buyer, one after the other. */
const sellMany = async (
  pairs: Awaited<ReturnType<typeof signUpPairs>>,
  each: number,
  delivery: 'delivered' | 'pending',
): Promise<Sale[]> => {
  const sellEach = async ([seller, buyer]: (typeof pairs)[number]): Promise<Sale[]> => {
    const sales: Sale[] = [];
    for (let count = 0; count < each; count += 1) sales.push(await sell(seller, buyer, delivery));
    return sales;
  };
  return (await Promise.all(pairs.map(sellEach))).flat();
};

const dueAtOf = ({ order }: Sale): number => {
  const { dueAt } = order.delivery ?? {};
  if (dueAt === undefined) throw new Error(`order ${order.id} has no deadline`);
  return Date.parse(dueAt);
};

const refundsOf = async (sales: readonly Sale[]) => {
  const refunds = await openStripeLedger(running().processes()).refunds();
  return new Map(sales.map(({ order }) => [order.id, refunds.filter(({ metadata }) => metadata.orderId === order.id)]));
};

/** @throws when it finds a broken invariant. */
const audit = () =>
  promisify(execFile)('npm', ['run', '--silent', 'audit'], { cwd: root, env: { ...process.env, DATA_DIR: dataDir() } });

const processesNamed = (name: string): ProductProcess[] =>
  running()
    .processes()
    .filter((process) => process.name === name);

const until = (moment: number): Promise<void> => delay(Math.max(0, moment - Date.now()));

testOnThisMachine(
  `When ${salesOfKind} sales get no file and ${salesOfKind} have one, then each of the first is refunded once, within ${returnedWithinMs / 1_000} s of its deadline, and none of the others`,
  async () => {
    const pairs = await signUpPairs();
    const delivered = await sellMany(pairs, salesOfKind / sellers, 'delivered');
    const open = await sellMany(pairs, salesOfKind / sellers, 'pending');
    for (const { buyer, order } of open)
      await untilOrder(buyer, order.id, { status: 'cancelled', reason: 'not_delivered' }, patientMs);
    const refunds = await eventually(async () => {
      const found = await refundsOf(open);
      for (const each of found.values()) expect(each).toMatchObject([{ amount: 1999 }]);
      return found;
    }, patientMs);
    const late = open
      .map((sale) => ({
        id: sale.order.id,
        ms: (refunds.get(sale.order.id)?.[0]?.created ?? Infinity) * 1000 - dueAtOf(sale),
      }))
      .filter(({ ms }) => ms < -roundingMs || ms > returnedWithinMs + roundingMs);
    expect(late).toEqual([]);
    for (const { buyer, order } of delivered)
      expect(await orderOf(buyer, order.id)).toMatchObject({ status: 'complete', delivery: { status: 'delivered' } });
    await audit();
    for (const each of (await refundsOf(open)).values()) expect(each).toHaveLength(1);
    for (const each of (await refundsOf(delivered)).values()) expect(each).toEqual([]);
  },
  600_000,
);

testOnThisMachine(
  'When the broker is away over the deadlines, sellers upload in the last second and tickets is killed, then what was delivered stays so, and the rest is refunded once',
  async () => {
    const sold = await sellMany(await signUpPairs(), 2, 'pending');
    const [nats] = processesNamed('nats');
    if (nats === undefined) throw new Error('no nats');
    const ends = Math.max(...sold.map(dueAtOf));
    const accepted = new Set<string>();
    const kill = async (): Promise<void> => {
      await until(ends - 1_000);
      for (const replica of processesNamed('tickets')) running().signal(replica, 'SIGKILL');
    };
    /** Most in the last second before the deadline, some earlier, for slow machines, and some a little after it. */
    const uploadAround = async (sale: Sale, index: number): Promise<void> => {
      await until(dueAtOf(sale) - (index % 4 === 0 ? 5_000 : 1_000) + (index / sold.length) * 1_300);
      const response = await upload(sale.seller, sale.ticketId).catch(() => undefined);
      if (response?.status === 200) accepted.add(sale.order.id);
    };
    running().signal(nats, 'SIGSTOP');
    try {
      await Promise.all([kill(), ...sold.map((sale, index) => uploadAround(sale, index))]);
      await until(ends + 3_000);
    } finally {
      running().signal(nats, 'SIGCONT');
    }
    // An upload without an answer may have been stored.
    const delivered = await eventually(async () => {
      const orders = await Promise.all(sold.map(({ buyer, order }) => orderOf(buyer, order.id)));
      for (const { status, reason, delivery } of orders)
        expect([status, reason, delivery?.status]).toEqual(
          status === 'complete' ? ['complete', undefined, 'delivered'] : ['cancelled', 'not_delivered', 'failed'],
        );
      return new Set(orders.filter(({ status }) => status === 'complete').map(({ id }) => id));
    }, patientMs);
    expect(accepted.size).toBeGreaterThan(0);
    expect(delivered.size).toBeLessThan(sold.length);
    expect([...accepted].filter((id) => !delivered.has(id))).toEqual([]);
    await eventually(async () => {
      for (const [id, refunds] of await refundsOf(sold)) expect(refunds).toHaveLength(delivered.has(id) ? 0 : 1);
    }, patientMs);
    await audit();
    for (const [id, refunds] of await refundsOf(sold)) expect(refunds).toHaveLength(delivered.has(id) ? 0 : 1);
  },
  300_000,
);
