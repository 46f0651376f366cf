import type { AnyBulkWriteOperation, Collection, Document } from 'mongodb';

/** The public state of another service's aggregate, as its events carry it. */
export interface CopiedState {
  readonly id: string;
  readonly version: number;
}

/**
 * Stores each state in the field `field` of the document with its id, unless that document holds a newer one: whatever the
 * order and number of deliveries, the newest state remains. A state of the same version is stored again, since an earlier
 * release may have left out fields that it did not know. One round trip for all.
 */
export const applyIfNewer = async <Doc extends { readonly _id: string }, State extends CopiedState>(
  collection: Collection<Doc>,
  field: string,
  states: readonly State[],
  options: {
    /** Further pipeline stages for a state's write, which see the document with the copy in it. */
    readonly effect?: (state: State) => readonly Document[];
    /** Where this holds, this service has changed the copy, which only a newer state then replaces. */
    readonly isChangedHere?: Document;
  } = {},
): Promise<void> => {
  const { effect = () => [], isChangedHere = { $literal: false } } = options;
  const newest = new Map<string, State>();
  for (const state of states) {
    const known = newest.get(state.id);
    if (known === undefined || known.version < state.version) newest.set(state.id, state);
  }
  if (newest.size === 0) return;
  // Two concurrent first states of one aggregate are both upserts. The server retries the one that the unique _id refused
  // as an update, because the filter is only that _id. With the version in the filter it would not, and the refused one may
  // be the newer.
  await collection.db.collection<{ _id: string }>(collection.collectionName).bulkWrite(
    [...newest.values()].map((state): AnyBulkWriteOperation<{ _id: string }> => ({
      updateOne: {
        filter: { _id: state.id },
        update: [
          {
            $set: {
              [field]: {
                $cond: [
                  {
                    $or: [
                      { $lt: [{ $ifNull: [`$${field}.version`, -1] }, state.version] },
                      { $and: [{ $eq: [`$${field}.version`, state.version] }, { $not: [isChangedHere] }] },
                    ],
                  },
                  { $literal: state },
                  `$${field}`,
                ],
              },
            },
          },
          ...effect(state),
        ],
        upsert: true,
      },
    })),
    { ordered: false },
  );
};
