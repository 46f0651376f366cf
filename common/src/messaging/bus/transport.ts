/** A message on its way to the broker. */
export interface OutboundMessage {
  /** The event's name, on every transport. */
  readonly subject: string;
  /** The event's id: the broker's dedupe id where it has one. Correctness never rests on it. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

/** A message as the broker delivered it; exactly one of `ack` and `nak` ends the delivery. */
export interface InboundMessage {
  readonly subject: string;
  readonly body: string;
  /** The same for every delivery of one message to one subscription. */
  readonly key: string;
  ack(): void;
  /** Gives the message back; it is delivered again after `delayMs`, to any replica. */
  nak(delayMs: number): void;
}

export interface SubscriptionOptions {
  /** Name of the durable consumer: one per (service, event), shared by the service's replicas. */
  readonly durable: string;
  readonly subject: string;
  /** Messages handed over in one call at most; what has arrived is taken, nothing waits to fill a batch. */
  readonly maxBatch: number;
  /** Calls of `onMessages` under way at once. */
  readonly concurrency: number;
  /** Must ack or nak every message; a rejection leaves them to redelivery. */
  onMessages(messages: readonly InboundMessage[]): Promise<void>;
}

export interface Subscription {
  /** Gives back what waits, and takes nothing more until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the subscription on this replica after the messages in work; the durable consumer stays. */
  stop(): Promise<void>;
}

/** What this system needs of a broker: at-least-once delivery to durable consumers, in any order. */
export interface Transport {
  readonly name: string;
  /** Resolves once the broker has stored the message; rejects when that is not known. */
  publish(message: OutboundMessage): Promise<void>;
  /** Resolves once messages can arrive; waits for the broker if it is away. */
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  isConnected(): boolean;
  /** Sends what is buffered (acks), then disconnects. */
  close(): Promise<void>;
}
