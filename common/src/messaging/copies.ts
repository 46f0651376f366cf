import type { AnyBulkWriteOperation, Collection } from 'mongodb';
import { isDuplicateKey } from '../mongo/index.ts';

/** The newest state of an aggregate of another service, as its events told it. */
export interface CopiedState {
  readonly id: string;
  readonly version: number;
}

/**
 * Stores each state as the field `field` of the document with its id, unless that document holds a newer one already:
 * any order and any number of deliveries end in the newest state. One round trip for all.
 */
export const applyIfNewer = async <Doc extends { readonly _id: string }>(
  collection: Collection<Doc>,
  field: string,
  states: readonly CopiedState[],
): Promise<void> => {
  const newest = new Map<string, CopiedState>();
  for (const state of states) {
    const known = newest.get(state.id);
    if (known === undefined || known.version < state.version) newest.set(state.id, state);
  }
  const write = (): Promise<unknown> =>
    collection.db.collection<{ _id: string }>(collection.collectionName).bulkWrite(
      [...newest.values()].map((state): AnyBulkWriteOperation<{ _id: string }> => ({
        updateOne: {
          filter: { _id: state.id },
          update: [
            {
              $set: {
                [field]: {
                  $cond: [
                    { $lt: [{ $ifNull: [`$${field}.version`, -1] }, state.version] },
                    { $literal: state },
                    `$${field}`,
                  ],
                },
              },
            },
          ],
          upsert: true,
        },
      })),
      { ordered: false },
    );
  try {
    await write();
  } catch (error) {
    // Two first events of one aggregate inserted at the same moment: the loser may be the newer one, so it is repeated.
    if (!isDuplicateKey(error)) throw error;
    await write();
  }
};
