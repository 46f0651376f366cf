import type { UserState } from '@ticketing/common/events';
import type { Filter } from 'mongodb';
import { createHash } from 'node:crypto';
import type { Databases } from './databases.ts';
import { collectionOf, findAll, missing } from './find-all.ts';
import type { ServiceName } from './services.ts';

/** An account in the database of auth, without its e-mail. */
export interface AccountRecord {
  readonly id: string;
  readonly version: number;
  /** Hash of its e-mail, the same for every spelling that is one address. */
  readonly emailKey: string;
  readonly isVerified: boolean;
  readonly closedAt: number | undefined;
  /** Whether what closing must remove is still there: its e-mail or its password. */
  readonly isRemembered: boolean;
  /** Sessions that began before this time have ended, except one. */
  readonly sessionsFrom: number | undefined;
}

/** A session that auth has stored. */
export interface SessionRecord {
  readonly id: string;
  readonly userId: string;
  readonly startedAt: number;
  readonly endedAt: number | undefined;
  readonly expiresAt: number;
}

export const copyHolders = ['notifications', 'payments'] as const satisfies readonly ServiceName[];

/** A service's copy of an account. */
export interface AccountCopyRecord {
  readonly service: (typeof copyHolders)[number];
  readonly id: string;
  readonly version: number;
  /** Only notifications has e-mails, and none of a closed account. */
  readonly emailKey: string | undefined;
  readonly isVerified: boolean;
}

/** The services that refuse ended sessions without asking auth. */
export const guardedServices = ['tickets', 'orders', 'payments'] as const satisfies readonly ServiceName[];

/** What a service knows of an ended session, or of all sessions of an account that began before a time. */
export interface EndingRecord {
  readonly service: (typeof guardedServices)[number];
  /** The session's, or `user:` and the account's. */
  readonly id: string;
  readonly issuedBefore: number | undefined;
}

interface StoredAccount {
  readonly _id: string;
  readonly version?: number;
  readonly email?: string;
  readonly passwordHash?: string;
  readonly emailVerified?: boolean;
  readonly closedAt?: Date;
  readonly sessionsFrom?: Date;
  readonly changedAt?: Date;
}

interface StoredSession {
  readonly _id: string;
  readonly userId?: string;
  readonly startedAt?: Date;
  readonly endedAt?: Date;
  readonly expiresAt?: Date;
  readonly changedAt?: Date;
}

interface StoredCopy {
  readonly _id: string;
  readonly user?: Partial<UserState>;
}

interface StoredEnding {
  readonly _id: string;
  readonly issuedBefore?: Date;
}

/** As auth folds what users type: ASCII alone. */
const fold = (email: string): string => email.trim().replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());

const keyOf = (email: string): string => createHash('sha256').update(fold(email)).digest('hex');

const accounts = (databases: Databases) => collectionOf<StoredAccount>(databases, 'auth', 'users');

export const readAccounts = (databases: Databases, filter: Filter<StoredAccount> = {}): Promise<AccountRecord[]> =>
  findAll(
    accounts(databases),
    {
      filter,
      fields: ['version', 'email', 'passwordHash', 'emailVerified', 'closedAt', 'sessionsFrom'],
    },
    ({ _id, email = missing.text, passwordHash, ...account }) => ({
      id: _id,
      version: account.version ?? missing.number,
      emailKey: keyOf(email),
      isVerified: account.emailVerified === true,
      closedAt: account.closedAt?.getTime(),
      isRemembered: email !== `closed:${_id}` || passwordHash !== '',
      sessionsFrom: account.sessionsFrom?.getTime(),
    }),
  );

/** These accounts, and others with their e-mails, found by the index over it. */
export const readAccountsLike = async (databases: Databases, ids: readonly string[]): Promise<AccountRecord[]> => {
  const emails = await findAll(
    accounts(databases),
    { filter: { _id: { $in: [...ids] } }, fields: ['email'] },
    ({ email = missing.text }) => [email, fold(email)],
  );
  return readAccounts(databases, { $or: [{ _id: { $in: [...ids] } }, { email: { $in: emails.flat() } }] });
};

/** Accounts with a greater id, in order of their ids. */
export const readAccountIdsAfter = (databases: Databases, id: string, limit: number): Promise<string[]> =>
  findAll(accounts(databases), { filter: { _id: { $gt: id } }, fields: [], sort: '_id', limit }, ({ _id }) => _id);

/** Accounts that have changed since a time, the earliest first. */
export const readChangedAccountIds = (databases: Databases, since: Date, limit: number): Promise<string[]> =>
  findAll(
    accounts(databases),
    { filter: { changedAt: { $gte: since } }, fields: [], sort: 'changedAt', limit },
    ({ _id }) => _id,
  );

export const readSessions = (
  databases: Databases,
  query: { readonly filter?: Filter<StoredSession>; readonly sort?: 'changedAt'; readonly limit?: number } = {},
): Promise<SessionRecord[]> =>
  findAll(
    collectionOf<StoredSession>(databases, 'auth', 'sessions'),
    { ...query, fields: ['userId', 'startedAt', 'endedAt', 'expiresAt'] },
    ({ _id, userId, startedAt, endedAt, expiresAt }) => ({
      id: _id,
      userId: userId ?? missing.text,
      startedAt: startedAt?.getTime() ?? missing.time,
      endedAt: endedAt?.getTime(),
      expiresAt: expiresAt?.getTime() ?? missing.time,
    }),
  );

const copyCollections = { notifications: 'recipients', payments: 'payout-accounts' } as const;

export const readAccountCopies = async (
  databases: Databases,
  filter: Filter<StoredCopy> = {},
): Promise<AccountCopyRecord[]> => {
  const found = await Promise.all(
    copyHolders.map((service) =>
      findAll(
        collectionOf<StoredCopy>(databases, service, copyCollections[service]),
        { filter, fields: ['user.version', 'user.email', 'user.emailVerified'] },
        ({ _id, user }) => ({
          service,
          id: _id,
          version: user?.version ?? missing.number,
          emailKey: user?.email === undefined ? undefined : keyOf(user.email),
          isVerified: user?.emailVerified === true,
        }),
      ),
    ),
  );
  return found.flat();
};

export const readEndings = async (databases: Databases, filter: Filter<StoredEnding> = {}): Promise<EndingRecord[]> => {
  const found = await Promise.all(
    guardedServices.map((service) =>
      findAll(
        collectionOf<StoredEnding>(databases, service, 'session-endings'),
        { filter, fields: ['issuedBefore'] },
        ({ _id, issuedBefore }) => ({ service, id: _id, issuedBefore: issuedBefore?.getTime() }),
      ),
    ),
  );
  return found.flat();
};
