/** A message to be published. */
export interface OutboundMessage {
  /** The event's name, on every transport. */
  readonly subject: string;
  /** The event's id: the broker's deduplication id where it has one. Correctness does not depend on it. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
}

/** A delivered message; exactly one of `ack` and `nak` ends the delivery. */
export interface InboundMessage {
  readonly subject: string;
  readonly body: string;
  /** The same for every delivery of one message to one subscription. */
  readonly key: string;
  ack(): void;
  /** Returns the message to the broker, which delivers it again after `delayMs`, to any replica. */
  nak(delayMs: number): void;
}

export interface SubscriptionOptions {
  /** Name of the durable consumer: one per (service, event), shared by the service's replicas. */
  readonly durable: string;
  readonly subject: string;
  /** At most this many messages per call; a batch is what has arrived, and is not delayed until it is full. */
  readonly maxBatch: number;
  /** Concurrent calls of `onMessages`. */
  readonly concurrency: number;
  /** Must ack or nak every message; when it rejects, the broker redelivers them. */
  onMessages(messages: readonly InboundMessage[]): Promise<void>;
}

export interface Subscription {
  /** Returns waiting messages to the broker and accepts no more until `resume`. */
  pause(): void;
  resume(): void;
  /** Ends the subscription of this replica once the messages being handled are done; the durable consumer remains. */
  stop(): Promise<void>;
}

/** A message broker: at-least-once delivery to durable consumers, in any order. */
export interface Transport {
  readonly name: string;
  /** Resolves once the broker has stored the message; rejects when it may not have. */
  publish(message: OutboundMessage): Promise<void>;
  /** Resolves once messages can arrive; waits while the broker is unreachable. */
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  isConnected(): boolean;
  /** Sends buffered acks, then disconnects. */
  close(): Promise<void>;
}
