import type { Document, MongoClient } from 'mongodb';
import { statementsOf } from './statements.ts';

const profileBytes = 64 * 1024 * 1024;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** Names of the fields that an operation filters by or changes, operators included. */
const fieldsOf = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(fieldsOf).join(' | ');
  if (!isObject(value)) return '';
  return Object.entries(value)
    .map(([name, inner]) =>
      name.startsWith('$') && isObject(inner) ? `${name}(${Object.keys(inner).toSorted().join(',')})` : name,
    )
    .join(' ');
};

const describe = ({ op, ns, appName, command }: Document, note: string): string => {
  const { q, u, query, filter, update, pipeline, findAndModify, aggregate, documents } = command ?? {};
  const name = findAndModify === undefined ? (aggregate === undefined ? op : 'aggregate') : 'findAndModify';
  const fields = [q ?? query ?? filter ?? pipeline, u ?? update].map(fieldsOf).filter((text) => text !== '');
  return [appName ?? '-', ns, `${name}${note}`, ...fields, ...(documents === undefined ? [] : ['documents'])].join(
    ' · ',
  );
};

/** The service, collection and kind of an operation, with the fields that it filters by and changes, and whether it did nothing. */
export const kindOf = (entry: Document): string => {
  const { nreturned, nModified, ninserted, upsert } = entry;
  const isVain = (nreturned ?? nModified ?? ninserted ?? 1) === 0 && upsert !== true;
  return describe(entry, isVain ? ' (nothing)' : '');
};

/** The same, whatever the operation found. */
export const shapeOf = (entry: Document): string => describe(entry, '');

/** The profiler records what it stores too. */
const isOfProduct = ({ ns }: Document): boolean => !String(ns).endsWith('.system.profile');

/** Names of the services' databases. */
export const databaseNames = async (mongo: MongoClient): Promise<string[]> => {
  const { databases } = await mongo.db('admin').admin().listDatabases();
  return databases
    .map(({ name }) => name)
    .filter((name) => !['admin', 'config', 'local'].includes(name) && !name.startsWith('bench-'));
};

/** The operations that MongoDB's profiler records in these databases while `action` runs, and the statements. */
export const profiled = async (mongo: MongoClient, names: readonly string[], action: () => Promise<void>) => {
  for (const name of names) {
    await mongo.db(name).command({ profile: 0 });
    await mongo.db(name).collection('system.profile').drop();
    await mongo.db(name).createCollection('system.profile', { capped: true, size: profileBytes });
    await mongo.db(name).command({ profile: 2 });
  }
  const { ms, statements } = await statementsOf(mongo, action);
  const entries: Document[] = [];
  for (const name of names) {
    await mongo.db(name).command({ profile: 0 });
    entries.push(...(await mongo.db(name).collection('system.profile').find().toArray()));
  }
  return { ms, entries: entries.filter(isOfProduct), statements };
};
