import { operatorActions, type OperatorAction } from '@ticketing/common/operator';
import type { Databases, ServiceName } from '@ticketing/watchdog/sources';
import type { CommandRun } from './command-run.ts';
import { describeAction } from './log-command.ts';
import { moneyText } from './money-text.ts';
import { NotFoundError } from './not-found-error.ts';
import { printable } from './printable.ts';
import { describeFields, timesOf, valueAt, type StoredDocument } from './stored-document.ts';
import { UsageError } from './usage-error.ts';

export const orderLookupUsage = `npm run operator -- order <order>
  shows an order, its ticket, its payment, its ledger and mails, and what happened when`;

export const ticketLookupUsage = `npm run operator -- ticket <ticket>
  shows a ticket, the orders that have held it, and what happened when`;

export const accountLookupUsage = `npm run operator -- account <account|e-mail>
  shows an account, its latest 50 sessions, orders, listings, sales and mails, and what happened when`;

/** Of each kind, the latest. */
const limit = 50;

const shown = {
  order: [
    'status',
    'reason',
    'version',
    'price',
    'userId',
    'sellerId',
    'eventId',
    'ticket.id',
    'ticket.title',
    'closing',
    'delivery.status',
    'problem.text',
  ],
  ticket: [
    'title',
    'availability',
    'version',
    'revision',
    'price',
    'userId',
    'buyerId',
    'orderId',
    'eventId',
    'fileId',
    'sellerClosed',
  ],
  charge: [
    'status',
    'version',
    'amount',
    'stripeId',
    'declines',
    'fee',
    'left',
    'owed',
    'losses',
    'sent',
    'refundStatus',
    'dispute.status',
    'payoutWaits',
    'payoutDue.failing',
    'order.status',
    'order.ticket.id',
  ],
  account: ['email', 'emailVerified', 'version', 'cleanUpDue'],
  payoutAccount: ['accountId', 'status', 'user.emailVerified', 'user.version'],
  session: ['userAgent'],
  timer: ['armed', 'isOfDelivery'],
  mail: ['template', 'userId', 'failures', 'dropped'],
} as const;

type Kind = keyof typeof shown;

/** Documents of one kind, in the order of the output. */
interface Found {
  readonly service: ServiceName;
  readonly kind: Kind;
  readonly documents: readonly StoredDocument[];
}

const collection = (databases: Databases, service: ServiceName, name: string) =>
  databases.of[service].collection<StoredDocument>(name);

const readOne = async (databases: Databases, service: ServiceName, name: string, _id: unknown) =>
  typeof _id === 'string' ? await collection(databases, service, name).findOne({ _id }) : null;

const present = (document: StoredDocument | null): StoredDocument[] => (document === null ? [] : [document]);

/** Orders that have held the ticket, as far as it remembers them; no index finds an order by its ticket otherwise. */
const readOrdersOfTicket = (databases: Databases, ticket: StoredDocument): Promise<StoredDocument[]> => {
  const closed = Array.isArray(ticket['closedOrders']) ? ticket['closedOrders'] : [];
  const ids = [ticket['orderId'], ...closed.map((order: unknown) => valueAt(order, 'id'))];
  return collection(databases, 'orders', 'orders')
    .find({ _id: { $in: ids.filter((id) => typeof id === 'string') } }, { sort: { createdAt: 1 } })
    .toArray();
};

const readMails = async (databases: Databases, userIds: readonly unknown[]): Promise<Found[]> =>
  Promise.all(
    (['auth', 'notifications'] as const).map(async (service) => ({
      service,
      kind: 'mail' as const,
      documents: await collection(databases, service, 'mail-jobs')
        .find({ userId: { $in: userIds } }, { sort: { at: -1 }, limit })
        .toArray(),
    })),
  );

const lookups = [
  { name: 'order', service: 'orders', of: 'orders' },
  { name: 'ticket', service: 'tickets', of: 'tickets' },
  { name: 'account', service: 'auth', of: 'users' },
] as const;

/** Says what has the id instead, if anything has. */
const notFound = async (
  databases: Databases,
  kind: (typeof lookups)[number]['name'],
  id: string,
): Promise<NotFoundError> => {
  const found = await Promise.all(lookups.map(({ service, of }) => readOne(databases, service, of, id)));
  const other = lookups.find((_, index) => found[index] !== null);
  const hint = other === undefined ? '' : `: it is the id of ${other.name === 'ticket' ? 'a' : 'an'} ${other.name}`;
  return new NotFoundError(`There is no ${kind} ${id}${hint}`);
};

/** An order and everything that belongs to it. */
const readOrder = async (databases: Databases, id: string): Promise<Found[]> => {
  const [order, charge, timer] = await Promise.all([
    readOne(databases, 'orders', 'orders', id),
    readOne(databases, 'payments', 'payments', id),
    readOne(databases, 'expiration', 'timers', id),
  ]);
  if (order === null && charge === null) throw await notFound(databases, 'order', id);
  const ticket = await readOne(databases, 'tickets', 'tickets', valueAt(order, 'ticket.id'));
  const mails = await readMails(databases, [order?.['userId'], order?.['sellerId']]);
  return [
    { service: 'orders', kind: 'order', documents: present(order) },
    { service: 'tickets', kind: 'ticket', documents: present(ticket) },
    { service: 'payments', kind: 'charge', documents: present(charge) },
    { service: 'expiration', kind: 'timer', documents: present(timer) },
    ...mails.map((found) => ({ ...found, documents: found.documents.filter(({ _id }) => _id.includes(id)) })),
  ];
};

const readTicket = async (databases: Databases, id: string): Promise<Found[]> => {
  const ticket = await readOne(databases, 'tickets', 'tickets', id);
  if (ticket === null) throw await notFound(databases, 'ticket', id);
  return [
    { service: 'tickets', kind: 'ticket', documents: [ticket] },
    { service: 'orders', kind: 'order', documents: await readOrdersOfTicket(databases, ticket) },
  ];
};

const readAccount = async (databases: Databases, id: string): Promise<Found[]> => {
  const account = await readOne(databases, 'auth', 'users', id);
  if (account === null) throw await notFound(databases, 'account', id);
  const latest = (service: ServiceName, name: string, field: string, time: string, more: object = {}) =>
    collection(databases, service, name)
      .find({ [field]: id, ...more }, { sort: { [time]: -1 }, limit })
      .toArray();
  const [payoutAccount, sessions, orders, tickets, charges, mails] = await Promise.all([
    readOne(databases, 'payments', 'payout-accounts', id),
    latest('auth', 'sessions', 'userId', 'startedAt'),
    latest('orders', 'orders', 'userId', 'createdAt'),
    latest('tickets', 'tickets', 'userId', 'createdAt'),
    latest('payments', 'payments', 'order.sellerId', 'completedAt', { completedAt: { $exists: true } }),
    readMails(databases, [id]),
  ]);
  return [
    { service: 'auth', kind: 'account', documents: [account] },
    { service: 'payments', kind: 'payoutAccount', documents: present(payoutAccount) },
    { service: 'auth', kind: 'session', documents: sessions },
    { service: 'orders', kind: 'order', documents: orders },
    { service: 'tickets', kind: 'ticket', documents: tickets },
    { service: 'payments', kind: 'charge', documents: charges },
    ...mails,
  ];
};

interface Entry {
  readonly at: Date;
  readonly text: string;
}

/** What the ledger has of these charges. */
const readLedger = async (databases: Databases, orderIds: readonly string[]): Promise<Entry[]> => {
  const entries = await collection(databases, 'payments', 'ledger')
    .find({ orderId: { $in: [...orderIds] } })
    .toArray();
  return entries.flatMap(({ _id, at, lines, currency }) => {
    const moved = (Array.isArray(lines) ? lines : []).map((line) => describeLine(line, currency));
    return at instanceof Date ? [{ at, text: `ledger ${_id}: ${moved.join(', ')}` }] : [];
  });
};

const describeLine = (line: unknown, currency: unknown): string =>
  `${String(valueAt(line, 'account'))} ${moneyText(Number(valueAt(line, 'amount')), currency)}`;

const readActions = async (databases: Databases, id: string): Promise<Entry[]> => {
  const log = databases.of.auth.collection<OperatorAction>(operatorActions.name);
  const found = await log.find({ args: id }, { sort: { at: -1 }, limit }).toArray();
  return found.map((action) => ({ at: action.at, text: `operator ${describeAction(action).replace(/^\S+ /, '')}` }));
};

const lookUp =
  (usage: string, read: (databases: Databases, id: string) => Promise<Found[]>) =>
  async ({ databases, args, print }: CommandRun): Promise<number> => {
    const [id, ...more] = args;
    if (id === undefined || more.length > 0) throw new UsageError('One id is needed', usage);
    const now = new Date();
    const found = await read(databases, id);
    const documents = found.flatMap(({ service, kind, documents: some }) =>
      some.map((document) => ({ service, kind, document })),
    );
    for (const { kind, document } of documents)
      print(printable(`${kind} ${document._id}: ${describeFields(document, shown[kind])}`));
    const charges = documents.filter(({ kind }) => kind === 'charge').map(({ document }) => document._id);
    const timeline: Entry[] = [
      ...documents.flatMap(({ service, kind, document }) =>
        timesOf(document).map(({ at, text }) => ({ at, text: `${service}: ${kind} ${document._id} ${text}` })),
      ),
      ...(await readLedger(databases, charges)),
      ...(await readActions(databases, id)),
    ];
    if (timeline.some(({ at }) => at > now))
      timeline.push({ at: now, text: 'NOW; below are deadlines and dates to come' });
    print('');
    for (const { at, text } of timeline.toSorted((a, b) => a.at.getTime() - b.at.getTime()))
      print(printable(`${at.toISOString()} ${text}`));
    return 0;
  };

/** Each prints the subject, what belongs to it, and what happened when. Returns the exit code; throws UsageError, NotFoundError. */
export const runOrderLookup = lookUp(orderLookupUsage, readOrder);
export const runTicketLookup = lookUp(ticketLookupUsage, readTicket);
export const runAccountLookup = lookUp(accountLookupUsage, readAccount);
