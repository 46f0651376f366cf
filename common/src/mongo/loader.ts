import { Batcher } from './batcher.ts';

/** Finds documents by id; concurrent calls share one call of `find`. */
export const createLoader = <Doc extends { readonly _id: string }>(
  find: (ids: string[]) => Promise<readonly Doc[]>,
): ((id: string) => Promise<Doc | null>) => {
  const batcher = new Batcher<string, Doc | null>(async (ids) => {
    const found = await find([...new Set(ids)]);
    const byId = new Map(found.map((document) => [document._id, document]));
    return ids.map((id) => ({ status: 'fulfilled', value: byId.get(id) ?? null }));
  });
  return (id) => batcher.call(id);
};
