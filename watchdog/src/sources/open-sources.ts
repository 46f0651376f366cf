import { openBusBacklog, type BusBacklog } from '@ticketing/common/messaging';
import { openDatabases, type Databases } from './databases.ts';
import type { ServiceName } from './services.ts';
import { openStripe, type StripeAddress, type StripeSource } from './stripe.ts';
import { describeFailure } from './unreadable-error.ts';

/** Addresses of one running product. */
export interface Addresses {
  /** The database of each service. */
  readonly mongoUrls: Readonly<Record<ServiceName, string>>;
  readonly natsUrl: string;
  readonly bus: 'jetstream' | 'nats-streaming';
  readonly stripe: StripeAddress;
  /** Set by tests only: their own stream on a shared server. */
  readonly namespace?: string;
}

/** What the audit reads: the services' databases, the bus and Stripe. It writes to none of them. Failures are UnreadableErrors. */
export interface Sources {
  readonly databases: Databases;
  readonly stripe: StripeSource;
  readonly bus: Pick<BusBacklog, 'read'>;
  close(): Promise<void>;
}

/** Connects on the first read, and again after a read that failed. */
export const openSources = (addresses: Addresses, clientName = 'audit'): Sources => {
  const databases = openDatabases(addresses.mongoUrls, clientName);
  const bus = openBusBacklog(
    { BUS: addresses.bus, NATS_URL: addresses.natsUrl },
    { clientName, ...(addresses.namespace === undefined ? {} : { namespace: addresses.namespace }) },
  );
  return {
    databases,
    bus: { read: () => describeFailure('the bus', () => bus.read()) },
    stripe: openStripe(addresses.stripe),
    close: async () => {
      await Promise.allSettled([databases.close(), bus.close()]);
    },
  };
};
