import type { InboundMessage, OutboundMessage, Transport } from '@ticketing/common/messaging';
import { setTimeout as delay } from 'node:timers/promises';
import type { BusFaults, LateBus } from './faults.ts';

/** A second delivery of a message, whose ack or nak does not reach the broker. */
const copyOf = (message: InboundMessage): InboundMessage => ({
  subject: message.subject,
  body: message.body,
  key: message.key,
  ack: () => undefined,
  nak: () => undefined,
});
/** The message with its methods as own properties, so that it can be spread. */
const plain = (message: InboundMessage): InboundMessage => ({
  subject: message.subject,
  body: message.body,
  key: message.key,
  ack: () => message.ack(),
  nak: (ms) => message.nak(ms),
});

/** A transport that loses, duplicates, delays and reorders the messages of a real one. */
export const faultyTransport = (
  real: Transport,
  options: {
    readonly faults: () => BusFaults | undefined;
    readonly lateBus: () => LateBus | undefined;
    readonly chance: () => number;
    readonly count: (kind: string) => void;
  },
): Transport => {
  const { chance, faults, lateBus, count } = options;
  /** Decides whether this fault happens now, and counts it if so. */
  const happens = (kind: Exclude<keyof BusFaults, 'lateMs'>): boolean => {
    const probability = faults()?.[kind] ?? 0;
    if (probability === 0 || chance() >= probability) return false;
    count(kind);
    return true;
  };
  const lateMs = (): number => Math.ceil(chance() * (faults()?.lateMs ?? 0));

  /** By how much this message is later than every timeout; undefined for most. */
  const muchLaterMs = (): number | undefined => {
    const late = lateBus();
    return late !== undefined && chance() < late.share ? late.byMs : undefined;
  };

  /**
   * It is published again when its publication seems to have failed: it then arrives a second time, behind newer ones, and with
   * another id, so that the broker does not deduplicate it.
   */
  const publishLater = (message: OutboundMessage, ms: number): void => {
    const timer = setTimeout(() => {
      real.publish({ ...message, id: `${message.id}-late` }).then(
        () => count('publishedMuchLater'),
        () => undefined,
      );
    }, ms);
    timer.unref();
  };

  const publishNow = async (message: OutboundMessage): Promise<void> => {
    try {
      await real.publish(message);
    } catch (error) {
      if (error instanceof Error && /maximum bytes exceeded/.test(error.message)) count('refusedByFullStream');
      throw error;
    }
  };

  const publish = async (message: OutboundMessage): Promise<void> => {
    const laterMs = muchLaterMs();
    if (laterMs !== undefined) {
      publishLater(message, laterMs);
      throw new Error('chaos: not published yet');
    }
    if (happens('refused')) throw new Error('chaos: not published');
    if (happens('publishedLate')) await delay(lateMs());
    await publishNow(message);
    // With another id, so that the broker does not deduplicate it.
    if (happens('publishedTwice')) await real.publish({ ...message, id: `${message.id}-again` });
    if (happens('publishedButRefused')) throw new Error('chaos: published, but reported as failed');
  };

  const withoutAcknowledgement = (message: InboundMessage): InboundMessage => ({
    ...message,
    ack: () => message.nak(lateMs()),
    nak: (ms) => message.nak(ms),
  });

  return {
    name: real.name,
    publish,
    store: real.store,
    guard: (guard) => real.guard(guard),
    follow: (following) => real.follow(following),
    isConnected: () => real.isConnected(),
    close: () => real.close(),
    subscribe: (subscription) =>
      real.subscribe({
        ...subscription,
        onMessages: async (messages) => {
          const now = messages.filter((message) => {
            const laterMs = muchLaterMs();
            if (laterMs !== undefined) {
              message.nak(laterMs);
              count('deliveredMuchLater');
              return false;
            }
            if (!happens('deliveredLate')) return true;
            message.nak(lateMs());
            return false;
          });
          const handled = now.map((message) =>
            happens('acknowledgementLost') ? withoutAcknowledgement(plain(message)) : plain(message),
          );
          const again = now.filter(() => happens('deliveredTwice')).map(copyOf);
          await Promise.all(
            [handled, again].filter(({ length }) => length > 0).map((batch) => subscription.onMessages(batch)),
          );
        },
      }),
  };
};
