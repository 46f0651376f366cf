import { createAggregateStore, type AggregateStore } from '@ticketing/common/messaging';
import { createLoader } from '@ticketing/common/mongo';
import type { Service } from '@ticketing/common/service';
import type { Collection } from 'mongodb';
import type { Payment } from '../domain/payment.ts';
import {
  chargePublicState,
  parsePayment,
  paymentCollection,
  type ChargeDocument,
  type PaymentDocument,
} from './payment.ts';

export interface Models {
  /** For writes of what is not public of a charge, and for the workers' searches. */
  readonly payments: Collection<PaymentDocument>;
  /** One order's payment; concurrent calls share a round trip. */
  readonly loadPayment: (orderId: string) => Promise<Payment | null>;
  /** For every change of a charge's public state. */
  readonly chargeStore: AggregateStore<ChargeDocument>;
}

export const collections = [paymentCollection];

interface Means extends Pick<Service, 'now' | 'newId'> {
  readonly database: Pick<Service['database'], 'collection'>;
  readonly relay: Pick<Service['relay'], 'register' | 'publish'>;
}

export const openModels = (service: Means): Models => {
  const payments = service.database.collection<PaymentDocument>(paymentCollection.name);
  const load = createLoader((ids) => payments.find({ _id: { $in: ids } }, { projection: { outbox: 0 } }).toArray());
  return {
    payments,
    loadPayment: async (orderId) => {
      const document = await load(orderId);
      return document === null ? null : parsePayment(document);
    },
    chargeStore: createAggregateStore({
      ...service,
      collection: service.database.collection<ChargeDocument>(paymentCollection.name),
      aggregateType: 'charge',
      publicState: chargePublicState,
    }),
  };
};
