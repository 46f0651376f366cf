import type { Logger } from 'pino';
import { createJetStreamTransport } from './jetstream/transport.ts';
import { createNatsStreamingTransport } from './nats-streaming/transport.ts';
import type { Transport } from './transport.ts';

export interface BusConfig {
  readonly BUS: 'jetstream' | 'nats-streaming';
  readonly NATS_URL: string;
  readonly NATS_STREAM_REPLICAS: number;
  /** Maximum size of the stream in MB. */
  readonly NATS_STREAM_MAX_MB: number;
  readonly NATS_CLUSTER_ID: string;
}

/** The transport that the configuration names. With `namespace`, tests on a shared server use separate subjects. */
export const createTransport = (
  config: BusConfig,
  options: { readonly clientName: string; readonly logger: Logger; readonly namespace?: string },
): Transport => {
  switch (config.BUS) {
    case 'jetstream':
      return createJetStreamTransport({
        ...options,
        url: config.NATS_URL,
        replicas: config.NATS_STREAM_REPLICAS,
        maxBytes: config.NATS_STREAM_MAX_MB * 1024 * 1024,
      });
    case 'nats-streaming':
      return createNatsStreamingTransport({ ...options, url: config.NATS_URL, clusterId: config.NATS_CLUSTER_ID });
  }
};
