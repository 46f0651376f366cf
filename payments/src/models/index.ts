import { createAggregateStore, type AggregateStore } from '@ticketing/common/messaging';
import { createLoader } from '@ticketing/common/mongo';
import type { Service } from '@ticketing/common/service';
import type { Collection } from 'mongodb';
import { chargePublicState, paymentCollection, type ChargeDocument, type PaymentDocument } from './payment.ts';

export type { ChargeDocument, PaymentDocument } from './payment.ts';

export interface Models {
  /** For reading, and for what the outside does not see of a charge. */
  readonly payments: Collection<PaymentDocument>;
  /** One order's document without its outbox; look-ups that come together share a round trip. */
  readonly loadPayment: (orderId: string) => Promise<PaymentDocument | null>;
  /** Every change that the outside sees goes through this. */
  readonly chargeStore: AggregateStore<ChargeDocument>;
}

export const collections = [paymentCollection];

export const openModels = (service: Service): Models => {
  const payments = service.database.collection<PaymentDocument>(paymentCollection.name);
  return {
    payments,
    loadPayment: createLoader((ids) => payments.find({ _id: { $in: ids } }, { projection: { outbox: 0 } }).toArray()),
    chargeStore: createAggregateStore({
      ...service,
      collection: service.database.collection<ChargeDocument>(paymentCollection.name),
      aggregateType: 'charge',
      publicState: chargePublicState,
    }),
  };
};
