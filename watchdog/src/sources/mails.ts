import type { Filter } from 'mongodb';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing } from './find-all.ts';
import type { OrderRecord } from './orders.ts';
import type { ServiceName } from './services.ts';

/** A mail that was sent or dropped, or that waits to be sent. */
export interface MailRecord {
  readonly service: ServiceName;
  readonly id: string;
  readonly userId: string;
  /** When it is tried next; undefined once it was sent or dropped. */
  readonly dueAt: number | undefined;
}

interface StoredJob {
  readonly _id: string;
  readonly userId?: string;
  readonly dueAt?: Date;
}

interface StoredAccount {
  readonly _id: string;
  readonly mail?: readonly { readonly id: string; readonly at?: Date }[];
}

const senders = ['auth', 'notifications'] as const satisfies readonly ServiceName[];

const readJobs = (
  databases: Databases,
  service: (typeof senders)[number],
  query: { readonly filter: Filter<StoredJob>; readonly sort?: 'dueAt'; readonly limit?: number },
): Promise<MailRecord[]> =>
  findAll(
    collectionOf<StoredJob>(databases, service, 'mail-jobs'),
    { ...query, fields: ['userId', 'dueAt'] },
    ({ _id, userId, dueAt }) => ({ service, id: _id, userId: userId ?? missing.text, dueAt: dueAt?.getTime() }),
  );

/** Enough to show that mails wait. */
const limit = 1_000;

/** Mails that wait, those that have been due for longest first; from indexes that hold no others. */
const readWaitingMails = async (databases: Databases): Promise<MailRecord[]> => {
  const [stored, ...jobs] = await Promise.all([
    findAll(
      collectionOf<StoredAccount>(databases, 'auth', 'users'),
      { filter: { 'mail.at': { $exists: true } }, fields: ['mail.id', 'mail.at'], sort: 'mail.at', limit },
      ({ _id: userId, mail = [] }) =>
        mail.map(({ id, at }) => ({ service: 'auth' as const, id, userId, dueAt: at?.getTime() ?? missing.time })),
    ),
    ...senders.map((service) =>
      readJobs(databases, service, { filter: { dueAt: { $exists: true } }, sort: 'dueAt', limit }),
    ),
  ]);
  return [...stored.flat(), ...jobs.flat()];
};

const idsAtOnce = 10_000;

/** Those of these mails of notifications that are known, sent or not. */
const readMails = async (databases: Databases, ids: readonly string[]): Promise<MailRecord[]> => {
  const found: MailRecord[] = [];
  for (let start = 0; start < ids.length; start += idsAtOnce) {
    const filter = { _id: { $in: ids.slice(start, start + idsAtOnce) } };
    found.push(...(await readJobs(databases, 'notifications', { filter })));
  }
  return found;
};

const maxAgeMs = 2 * 24 * 60 * 60_000;

/** Whether notifications has stored mails about it; older sales may not be mailed any more. */
export const isRecentSale = ({ completedAt }: Pick<OrderRecord, 'completedAt'>, at: number): boolean =>
  completedAt !== undefined && at - completedAt < maxAgeMs;

/** The mails about a sale, with the accounts that they go to. */
export const mailsOfSale = ({ id, userId, sellerId }: OrderRecord): readonly (readonly [string, string])[] => [
  [`paid:${id}`, userId],
  ...(sellerId === undefined ? [] : [[`sold:${id}`, sellerId] as const]),
];

/** Mails that wait, and those about the recent sales among these orders. */
export const readMailsAbout = async (
  databases: Databases,
  orders: readonly OrderRecord[],
  at: number,
): Promise<MailRecord[]> => {
  const sales = orders.filter((order) => isRecentSale(order, at)).flatMap(mailsOfSale);
  const waiting = await readWaitingMails(databases);
  return [
    ...waiting,
    ...(await readMails(
      databases,
      sales.map(([id]) => id),
    )),
  ];
};
