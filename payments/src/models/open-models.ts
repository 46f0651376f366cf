import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { createLoader } from '@ticketing/common/mongo';
import { operatorRequests, type OperatorRequest } from '@ticketing/common/operator';
import type { Payment } from '../domain/payment.ts';
import { bookmarks, type Bookmark } from './bookmark.ts';
import { ledger, type LedgerEntry } from './ledger.ts';
import { charges, parsePayment } from './payment.ts';
import { payoutAccounts, type PayoutAccount } from './payout-account.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [charges, ledger, bookmarks, payoutAccounts, operatorRequests];

export const openModels = (deps: StoreDeps) => {
  const chargeStore = openStore(charges, deps);
  const payments = chargeStore.collection;
  const load = createLoader((ids) => payments.find({ _id: { $in: ids } }, { projection: { outbox: 0 } }).toArray());
  return {
    /** For every change of a charge's public state. */
    chargeStore,
    /** For the workers' searches, and for writes of what is not public. */
    payments,
    payoutAccounts: deps.database.collection<PayoutAccount>(payoutAccounts.name),
    operatorRequests: deps.database.collection<OperatorRequest>(operatorRequests.name),
    ledger: deps.database.collection<LedgerEntry>(ledger.name),
    bookmarks: deps.database.collection<Bookmark>(bookmarks.name),
    /** One order's payment; concurrent calls share a round trip. */
    loadPayment: async (orderId: string): Promise<Payment | null> => {
      const document = await load(orderId);
      return document === null ? null : parsePayment(document);
    },
  };
};
