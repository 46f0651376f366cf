import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { ticketUpdated } from '@ticketing/common/events';
import { deadLetterCollection, natsServers } from '@ticketing/common/messaging';
import { required } from '@ticketing/launcher/required';
import { MongoClient } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { openSources } from '../audit-cluster.ts';

const timeoutMs = 60_000;

/**
 * Publishes an event that no service can read.
 * @returns The id of the dead letter that it becomes at orders.
 */
export const makeDeadLetter = async (): Promise<string> => {
  const sources = await openSources();
  const connection = await connect(natsServers(required(sources.env['NATS_URL'], 'NATS_URL')));
  const client = new MongoClient(required(sources.env['ORDERS_MONGO_URL'], 'ORDERS_MONGO_URL'));
  try {
    const letters = client.db().collection<{ readonly _id: string }>(deadLetterCollection.name);
    const before = await letters.distinct('_id');
    await jetstream(connection).publish(ticketUpdated.type, '{}');
    for (const giveUpAt = Date.now() + timeoutMs; Date.now() < giveUpAt; await delay(200)) {
      const letter = await letters.findOne({ _id: { $nin: before } });
      if (letter !== null) return letter._id;
    }
    throw new Error('orders has put no event aside');
  } finally {
    await Promise.all([connection.close(), client.close()]);
    await sources.close();
  }
};
