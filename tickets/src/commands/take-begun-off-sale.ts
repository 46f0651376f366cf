import type { Deps } from '../deps.ts';
import { uncountedIn } from '../models/listing-changes.ts';

const limit = 500;

/**
 * Takes tickets off sale whose event has begun. It publishes nothing and leaves the version, since nothing that others see
 * changes: lists and claims compare the start themselves.
 */
export const takeBegunOffSale = async (deps: Deps): Promise<void> => {
  for (;;) {
    const begun = { availability: 'on_sale' as const, startsAt: { $lte: deps.now() } };
    const page = await deps.tickets.find(begun, { projection: { _id: 1 }, limit }).toArray();
    if (page.length === 0) return;
    await deps.tickets.updateMany({ ...begun, _id: { $in: page.map(({ _id }) => _id) } }, [
      { $set: { availability: 'over', uncounted: uncountedIn().value } },
    ]);
    if (page.length < limit) return;
  }
};
