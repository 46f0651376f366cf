import type { Collection, Document } from 'mongodb';
import { z } from 'zod';
import { ServiceUnavailableError, UnprocessableError } from '../../errors/index.ts';
import { copyOf, isDuplicateKey, objectOf } from '../../mongo/index.ts';

/** A request that may be sent again, to be done once: its `Idempotency-Key`, and a hash of its body. */
export interface IdempotentRequest {
  readonly key: string;
  readonly bodyHash: string;
}

/** How long a repeated request is recognised, at least. */
const keptMs = 24 * 60 * 60_000;
const maxUnexplained = 3;

/** The field of an aggregate that idempotent requests create. It is part of no event and no response. */
export const creationField = {
  creation: objectOf({
    key: { type: String, required: true },
    bodyHash: { type: String, required: true },
    at: { type: Date, required: true },
    // The aggregate as it was created, which a repeat returns whatever has become of it.
    first: { ...copyOf(z.unknown()), required: true },
  }),
};

/** Its indexes; a key counts for one owner, whose id the aggregate has in the field `owner`. */
export const creationIndexes = (owner: string) => [
  {
    key: { [owner]: 1 as const, 'creation.key': 1 as const },
    name: 'one_creation_per_key',
    unique: true as const,
    partialFilterExpression: { 'creation.key': { $exists: true } },
  },
  {
    key: { 'creation.at': 1 as const },
    name: 'creations_by_age',
    partialFilterExpression: { 'creation.at': { $exists: true } },
  },
];

/** The field's value in the write that creates the aggregate, so that neither is stored without the other. */
export const creationOf = (request: IdempotentRequest | undefined, first: object, at: Date) =>
  request === undefined ? {} : { creation: { key: request.key, bodyHash: request.bodyHash, at, first } };

const findCreated = async <Doc extends Document>(
  collection: Collection<Doc>,
  owner: Readonly<Record<string, string>>,
  { key, bodyHash }: IdempotentRequest,
): Promise<Doc | undefined> => {
  const [found] = await collection
    .aggregate<{ readonly bodyHash: string; readonly first: Doc }>([
      { $match: { ...owner, 'creation.key': key } },
      {
        $project: {
          bodyHash: '$creation.bodyHash',
          first: { $mergeObjects: ['$creation.first', { version: 0, outbox: [] }] },
        },
      },
    ])
    .toArray();
  if (found !== undefined && found.bodyHash !== bodyHash) throw new UnprocessableError();
  return found?.first;
};

/**
 * Runs `create`, which inserts an aggregate with `creationOf`, unless the same request has created one: then returns that
 * one as it was created. Of concurrent requests, at any replica, one creates it and all return it; a refusal is not stored.
 * @throws UnprocessableError if the key was used with another body.
 */
export const createOnce = async <Doc extends Document>(
  collection: Collection<Doc>,
  owner: Readonly<Record<string, string>>,
  request: IdempotentRequest | undefined,
  create: () => Promise<Doc>,
): Promise<Doc> => {
  if (request === undefined) return create();
  for (let unexplained = 0; unexplained < maxUnexplained; unexplained += 1) {
    const earlier = await findCreated(collection, owner, request);
    if (earlier !== undefined) return earlier;
    try {
      return await create();
    } catch (error) {
      // Also after a refusal: what refused it may be what the same request has created meanwhile.
      const concurrent = await findCreated(collection, owner, request);
      if (concurrent !== undefined) return concurrent;
      if (!isDuplicateKey(error)) throw error;
    }
  }
  throw new ServiceUnavailableError();
};

/** Removes what is older than a day. Returns the number of aggregates. */
export const forgetCreations = async (
  collection: Pick<Collection<{ _id: string }>, 'updateMany'>,
  now: Date,
): Promise<number> => {
  const old = { 'creation.at': { $lt: new Date(now.getTime() - keptMs) } };
  return (await collection.updateMany(old, { $unset: { creation: true } })).modifiedCount;
};
