/** Of the broker's `ConsumerInfo`. */
interface Progress {
  readonly created: string;
  readonly delivered: { readonly consumer_seq: number };
  readonly ack_floor: { readonly consumer_seq: number };
  readonly num_pending: number;
}

/** Whether events were pending at both times, and the consumer has neither delivered nor had acknowledged anything between them. */
export const isStalled = (before: Progress, now: Progress): boolean =>
  before.created === now.created &&
  before.num_pending > 0 &&
  now.num_pending > 0 &&
  before.delivered.consumer_seq === now.delivered.consumer_seq &&
  before.ack_floor.consumer_seq === now.ack_floor.consumer_seq;
