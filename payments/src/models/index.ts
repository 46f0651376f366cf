import { createAggregateStore, type AggregateStore } from '@ticketing/common/messaging';
import type { Service } from '@ticketing/common/service';
import type { Collection } from 'mongodb';
import { chargePublicState, paymentCollection, type ChargeDocument, type PaymentDocument } from './payment.ts';

export type { ChargeDocument, PaymentDocument } from './payment.ts';

export interface Models {
  /** For reading, and for what the outside does not see of a charge. */
  readonly payments: Collection<PaymentDocument>;
  /** Every change that the outside sees goes through this. */
  readonly chargeStore: AggregateStore<ChargeDocument>;
}

export const collections = [paymentCollection];

export const openModels = (service: Service): Models => ({
  payments: service.database.collection<PaymentDocument>(paymentCollection.name),
  chargeStore: createAggregateStore({
    ...service,
    collection: service.database.collection<ChargeDocument>(paymentCollection.name),
    aggregateType: 'charge',
    publicState: chargePublicState,
  }),
});
