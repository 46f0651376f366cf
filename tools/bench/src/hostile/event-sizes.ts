import { connect } from '@nats-io/transport-node';

/** The events of one subject. */
export interface EventSizes {
  readonly subject: string;
  readonly count: number;
  readonly bytes: number;
  readonly largest: number;
}

/** Adds up the events that are published and name this user, until `stop`. */
export const countEvents = async (
  natsUrl: string,
  userId: string,
): Promise<{ readonly stop: () => Promise<EventSizes[]> }> => {
  const connection = await connect({ servers: natsUrl, name: 'hostile' });
  const sizes = new Map<string, EventSizes>();
  connection.subscribe('>', {
    callback: (error, message) => {
      const { subject, reply = '', data } = message;
      // Replies and acknowledgements, and deliveries to consumers.
      if (error !== null || /^[_$]/.test(subject) || reply.startsWith('$JS.ACK')) return;
      if (!message.string().includes(userId)) return;
      const { count, bytes, largest } = sizes.get(subject) ?? { count: 0, bytes: 0, largest: 0 };
      const { length } = data;
      sizes.set(subject, { subject, count: count + 1, bytes: bytes + length, largest: Math.max(largest, length) });
    },
  });
  return {
    stop: async () => {
      await connection.close();
      return [...sizes.values()].toSorted((a, b) => a.subject.localeCompare(b.subject));
    },
  };
};
