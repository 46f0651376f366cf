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
  /** A batch that is not full is delayed by this time all the same, which saves round trips where nobody waits for the effect. */
  readonly lingerMs?: number | undefined;
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

export interface FollowOptions {
  readonly subject: string;
  /** With the first message that is stored, or with the next one; after a reconnection too. */
  readonly from: 'first' | 'next';
  /** Called with one message after the other in the broker's order. */
  readonly onMessage: (body: string) => void;
  /** Called whenever it begins, again after a reconnection too: with `next`, messages may have been missed before. */
  readonly onBegin?: () => void;
}

/** This process's own subscription to the messages of a subject. It acknowledges nothing. */
export interface Follower {
  /** Resolves once it has received what was stored when it began. */
  readonly caughtUp: Promise<void>;
  stop(): Promise<void>;
}

/** What a broker reports about the events that it has stored. */
export interface StreamState {
  /** Another value is another stream; undefined for a stream of an earlier release that could not be updated. */
  readonly id: string | undefined;
  /** When the stream was created, as the broker reports it: not always the same after a restart. */
  readonly created: string;
  /** Sequence of the last message, also if that has been purged; 0 in a new stream. */
  readonly lastSequence: number;
  /** When the oldest stored message was published; undefined while the stream is empty. */
  readonly oldestAt: Date | undefined;
  readonly bytes: number;
  readonly maxBytes: number;
}

/** How full a stream is. */
export interface StreamSize {
  readonly stream: 'events' | 'sessions';
  readonly bytes: number;
  readonly maxBytes: number;
}

/** A durable consumer, as the broker reports it. */
export interface ConsumerState {
  /** `<service>_<event>`, as `durableName` makes it. */
  readonly durable: string;
  /** The one subject that it consumes; undefined when it consumes several. */
  readonly subject: string | undefined;
  /** Not delivered yet. */
  readonly pending: number;
  /** Delivered and not acknowledged: being handled, or waiting for redelivery. */
  readonly unacknowledged: number;
  /** Everything up to this sequence of the stream is acknowledged. */
  readonly acknowledgedUpTo: number;
  readonly deliveredUpTo: number;
  /** Whether a process waits for its messages at this moment. */
  readonly isPulling: boolean;
}

/** A message that the broker has acknowledged to this process. */
export interface Acknowledged {
  readonly sequence: number;
  readonly id: string;
}

/** The events that a broker stores: their state and consumers, and how to purge them. */
export interface EventStore {
  state(): Promise<StreamState>;
  sizes(): Promise<StreamSize[]>;
  consumers(): Promise<ConsumerState[]>;
  /** Id of the message with this sequence; undefined when it is not stored. */
  messageId(sequence: number): Promise<string | undefined>;
  /** Deletes the messages of this subject up to this sequence, that included. */
  purge(subject: string, upTo: number): Promise<void>;
  removeConsumer(durable: string): Promise<void>;
  /** The message with the highest sequence that was acknowledged to this process; undefined before the first. */
  lastAcknowledged(): Acknowledged | undefined;
  /** Called once the broker has lost messages: later sequences do not compare with those before. */
  forgetAcknowledged(): void;
}

/** The checks with which a service finds lost events. */
export interface StoreGuard {
  /** Called after each connection; nothing is published on it before this has resolved once. It is retried. */
  beforePublishing(store: EventStore): Promise<void>;
  /** Called when an acknowledgement shows that the broker has lost messages that it had acknowledged. */
  onRewound(): void;
}

/** A message broker: at-least-once delivery to durable consumers, in any order. */
export interface Transport {
  readonly name: string;
  /** Resolves once the broker has stored the message; rejects when it may not have. */
  publish(message: OutboundMessage): Promise<void>;
  /** Resolves once messages can arrive; waits while the broker is unreachable. */
  subscribe(options: SubscriptionOptions): Promise<Subscription>;
  /** Each process that follows a subject receives its messages. Begins once the broker is reachable. */
  follow(options: FollowOptions): Follower;
  isConnected(): boolean;
  /** Undefined with NATS Streaming, which reports nothing about what it has stored. */
  readonly store: EventStore | undefined;
  /** Sets the guard of the event store. Without one, publishing starts with the connection. */
  guard(guard: StoreGuard): void;
  /** Sends buffered acks, then disconnects. */
  close(): Promise<void>;
}
