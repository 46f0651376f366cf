import { openBusBacklog, type BusBacklog } from '@ticketing/common/messaging';
import { openDatabases, type Databases } from './databases.ts';
import type { ServiceName } from './records.ts';
import { openStripeBooks, type StripeAddress, type StripeBooks } from './stripe-books.ts';

/** Where the books of one running product are. */
export interface Addresses {
  /** The database of each service. */
  readonly mongoUrls: Readonly<Record<ServiceName, string>>;
  readonly natsUrl: string;
  readonly bus: 'jetstream' | 'nats-streaming';
  readonly stripe: StripeAddress;
  /** Set by tests only: a stream of their own on a shared server. */
  readonly namespace?: string;
}

/** Five databases, the bus and Stripe, open for reading. */
export interface Books {
  readonly databases: Databases;
  readonly stripe: StripeBooks;
  readonly bus: BusBacklog;
  close(): Promise<void>;
}

/** Connects to nothing yet: that happens with the first reading, and anew after one that failed. */
export const openBooks = (addresses: Addresses, clientName = 'audit'): Books => {
  const databases = openDatabases(addresses.mongoUrls, clientName);
  const bus = openBusBacklog(
    { BUS: addresses.bus, NATS_URL: addresses.natsUrl },
    { clientName, ...(addresses.namespace === undefined ? {} : { namespace: addresses.namespace }) },
  );
  return {
    databases,
    bus,
    stripe: openStripeBooks(addresses.stripe),
    close: async () => {
      await Promise.allSettled([databases.close(), bus.close()]);
    },
  };
};
