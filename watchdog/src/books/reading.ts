import type {
  MoneyRecord,
  OrderRecord,
  PaymentRecord,
  Records,
  RefundRecord,
  TicketCopyRecord,
  TicketRecord,
  TimerRecord,
} from './records.ts';

/** One reading of the books, with what the checks look things up by. */
export interface Reading extends Records {
  readonly orderById: ReadonlyMap<string, OrderRecord>;
  readonly liveOrdersOfTicket: ReadonlyMap<string, readonly OrderRecord[]>;
  readonly ticketById: ReadonlyMap<string, TicketRecord>;
  readonly ticketCopyById: ReadonlyMap<string, TicketCopyRecord>;
  readonly paymentById: ReadonlyMap<string, PaymentRecord>;
  readonly timerById: ReadonlyMap<string, TimerRecord>;
  readonly moneyOfOrder: ReadonlyMap<string, readonly MoneyRecord[]>;
  readonly refundsOfOrder: ReadonlyMap<string, readonly RefundRecord[]>;
  /**
   * Whether all that Stripe knows of this order is in the reading. A full reading has everything; the watchdog has the
   * latest charges only.
   */
  readonly knowsMoneyOf: (order: Pick<OrderRecord, 'id' | 'createdAt'>) => boolean;
}

const byId = <Item extends { readonly id: string }>(items: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [item.id, item]));

const grouped = <Item>(
  items: readonly Item[],
  keyOf: (item: Item) => string | undefined,
): ReadonlyMap<string, readonly Item[]> => {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    if (key === undefined) continue;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
};

/** Statuses of orders that keep their tickets from everybody else. */
export const liveStatuses: readonly string[] = ['created', 'awaiting:payment', 'complete'];

export const isLive = ({ status }: Pick<OrderRecord, 'status'>): boolean => liveStatuses.includes(status);

/** Whether a deadline ends the order. */
export const isUnpaid = (order: Pick<OrderRecord, 'status'>): boolean => isLive(order) && order.status !== 'complete';

/** The refund's order; one that was made by hand names none, but its charge does. */
const orderOfRefund = (money: readonly MoneyRecord[]) => {
  const orderOfCharge = new Map(money.map((charge) => [charge.id, charge.orderId]));
  return (refund: RefundRecord): string | undefined => refund.orderId ?? orderOfCharge.get(refund.chargeId ?? '');
};

export interface Surroundings {
  /** Orders that are looked up but not themselves checked, since not everything about them has been read. */
  readonly otherOrders?: readonly OrderRecord[];
  readonly knowsMoneyOf?: Reading['knowsMoneyOf'];
}

export const toReading = (records: Records, surroundings: Surroundings = {}): Reading => {
  const orders = [...records.orders, ...(surroundings.otherOrders ?? [])];
  return {
    ...records,
    orderById: byId(orders),
    liveOrdersOfTicket: grouped(orders.filter(isLive), (order) => order.ticketId),
    ticketById: byId(records.tickets),
    ticketCopyById: byId(records.ticketCopies),
    paymentById: byId(records.payments),
    timerById: byId(records.timers),
    moneyOfOrder: grouped(records.money, (charge) => charge.orderId),
    refundsOfOrder: grouped(records.refunds, orderOfRefund(records.money)),
    knowsMoneyOf: surroundings.knowsMoneyOf ?? (() => true),
  };
};
