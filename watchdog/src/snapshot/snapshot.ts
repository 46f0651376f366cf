import type { ConsumerBacklog } from '@ticketing/common/messaging';
import type { AccountCopyRecord, AccountRecord, EndingRecord, SessionRecord } from '../sources/accounts.ts';
import type { DeadLetterRecord, ParkedEventRecord, UnpublishedRecord } from '../sources/events.ts';
import type { TimerRecord } from '../sources/expiration.ts';
import type { CodeRecord, FileRecord } from '../sources/files.ts';
import type { LedgerRecord } from '../sources/ledger.ts';
import type { MailRecord } from '../sources/mails.ts';
import { isUnpaid, keepsTicket, type OrderRecord, type TicketCopyRecord } from '../sources/orders.ts';
import type { PaymentRecord } from '../sources/payments.ts';
import type { ChargeRecord, DisputeRecord, IntentRecord, RefundRecord } from '../sources/stripe.ts';
import type { Movement } from '../sources/stripe-movements.ts';
import type { TicketRecord } from '../sources/tickets.ts';

/** What was read of all sources, each part at a moment of its own, copies before their sources. */
interface Records {
  /** When reading began. */
  readonly at: number;
  /** The same by the clock of orders. */
  readonly atOrders: number;
  readonly orders: readonly OrderRecord[];
  readonly tickets: readonly TicketRecord[];
  readonly files: readonly FileRecord[];
  /** Those that the files contain; in a complete snapshot all. */
  readonly codes: readonly CodeRecord[];
  readonly ticketCopies: readonly TicketCopyRecord[];
  readonly payments: readonly PaymentRecord[];
  readonly timers: readonly TimerRecord[];
  readonly unpublished: readonly UnpublishedRecord[];
  readonly deadLetters: readonly DeadLetterRecord[];
  readonly parked: readonly ParkedEventRecord[];
  readonly charges: readonly ChargeRecord[];
  readonly refunds: readonly RefundRecord[];
  /** In a partial snapshot those of a sample of charges. */
  readonly intents: readonly IntentRecord[];
  /** In a partial snapshot the recent ones. */
  readonly disputes: readonly DisputeRecord[];
  /** With what waits in the charges. */
  readonly ledger: readonly LedgerRecord[];
  readonly accounts: readonly AccountRecord[];
  readonly accountCopies: readonly AccountCopyRecord[];
  readonly sessions: readonly SessionRecord[];
  readonly endings: readonly EndingRecord[];
  /** Those that wait, and those about recent sales. */
  readonly mails: readonly MailRecord[];
  /** Undefined in a partial snapshot. */
  readonly movements: readonly Movement[] | undefined;
  /** Undefined with NATS Streaming, which cannot report it. */
  readonly backlog: readonly ConsumerBacklog[] | undefined;
}

/** The records with the indexes that the checks use. */
export interface Snapshot extends Records {
  readonly orderById: ReadonlyMap<string, OrderRecord>;
  /** Orders that keep their tickets from others, by ticket. */
  readonly keepersByTicket: ReadonlyMap<string, readonly OrderRecord[]>;
  /** By account and slot. */
  readonly unpaidOrdersBySlot: ReadonlyMap<string, readonly OrderRecord[]>;
  readonly ticketById: ReadonlyMap<string, TicketRecord>;
  readonly fileById: ReadonlyMap<string, FileRecord>;
  readonly codeById: ReadonlyMap<string, CodeRecord>;
  readonly ticketCopyById: ReadonlyMap<string, TicketCopyRecord>;
  readonly paymentById: ReadonlyMap<string, PaymentRecord>;
  readonly timerById: ReadonlyMap<string, TimerRecord>;
  readonly chargesByOrder: ReadonlyMap<string, readonly ChargeRecord[]>;
  readonly refundsByOrder: ReadonlyMap<string, readonly RefundRecord[]>;
  /** Whether `accounts` are all that auth has. */
  readonly hasAllAccounts: boolean;
  readonly accountsByEmail: ReadonlyMap<string, readonly AccountRecord[]>;
  readonly intentById: ReadonlyMap<string, IntentRecord>;
  readonly intentsByOrder: ReadonlyMap<string, readonly IntentRecord[]>;
  /**
   * Whether the snapshot has every charge of this order. A complete snapshot has them all, the watchdog's only the recent
   * ones.
   */
  readonly hasAllChargesOf: (order: Pick<OrderRecord, 'id' | 'createdAt'>) => boolean;
}

/** Differences of a partial snapshot from a complete one. */
interface Context {
  /** Orders that checks look up but do not check, since not everything about them was read. */
  readonly otherOrders?: readonly OrderRecord[];
  /** Accounts with the same e-mails. */
  readonly otherAccounts?: readonly AccountRecord[];
  readonly hasAllChargesOf?: Snapshot['hasAllChargesOf'];
}

const indexById = <Item extends { readonly id: string }>(items: readonly Item[]): ReadonlyMap<string, Item> =>
  new Map(items.map((item) => [item.id, item]));

const groupBy = <Item>(
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

/** The item of this id, if there is an id and the item. */
export const lookUp = <Item>(items: ReadonlyMap<string, Item>, id: string | undefined): Item | undefined =>
  id === undefined ? undefined : items.get(id);

export const toSnapshot = (records: Records, context: Context = {}): Snapshot => {
  const orders = [...records.orders, ...(context.otherOrders ?? [])];
  const chargeById = indexById(records.charges);
  return {
    ...records,
    orderById: indexById(orders),
    keepersByTicket: groupBy(orders.filter(keepsTicket), ({ ticketId }) => ticketId),
    unpaidOrdersBySlot: groupBy(orders.filter(isUnpaid), ({ userId, slot }) =>
      slot === undefined ? undefined : `${userId} ${slot}`,
    ),
    ticketById: indexById(records.tickets),
    fileById: indexById(records.files),
    codeById: indexById(records.codes),
    ticketCopyById: indexById(records.ticketCopies),
    paymentById: indexById(records.payments),
    timerById: indexById(records.timers),
    chargesByOrder: groupBy(records.charges, ({ orderId }) => orderId),
    // A refund made by hand in Stripe's dashboard has no order in its metadata; its charge has.
    refundsByOrder: groupBy(
      records.refunds,
      ({ orderId, chargeId }) => orderId ?? lookUp(chargeById, chargeId)?.orderId,
    ),
    hasAllAccounts: context.otherAccounts === undefined,
    accountsByEmail: groupBy([...records.accounts, ...(context.otherAccounts ?? [])], ({ emailKey }) => emailKey),
    intentById: indexById(records.intents),
    intentsByOrder: groupBy(records.intents, ({ orderId }) => orderId),
    hasAllChargesOf: context.hasAllChargesOf ?? (() => true),
  };
};
