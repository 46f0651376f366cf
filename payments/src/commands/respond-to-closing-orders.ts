import { chargeClosed, chargeUpdated, type OrderState, type Trace } from '@ticketing/common/events';
import type { Received } from '@ticketing/common/messaging';
import pLimit from 'p-limit';
import type { Deps } from '../deps.ts';
import { parsePayment } from '../models/payment.ts';
import { recordClosed } from './record-charge.ts';

const concurrency = 16;
const maxReads = 3;

/**
 * Tells `orders` whether its closing orders were paid: that the payment is closed, or the state of the charge. Every request
 * gets a response, from this service's own document, since the last response may have been lost. While an attempt is open a
 * worker responds, once Stripe can no longer charge anything for it.
 */
export const respondToClosingOrders = async (deps: Deps, requests: readonly Received<OrderState>[]): Promise<void> => {
  const run = pLimit(concurrency);
  await Promise.all(requests.map(({ state, trace }) => run(() => respond(deps, { orderId: state.id, trace }))));
};

const respond = async (deps: Deps, request: { readonly orderId: string; readonly trace: Trace }): Promise<void> => {
  const { orderId, trace } = request;
  for (let read = 0; read < maxReads; read += 1) {
    if (await recordClosed(deps, request)) return;
    const document = await deps.payments.findOne({ _id: orderId }, { projection: { outbox: 0 } });
    if (document === null) throw new Error(`The copy of closing order ${orderId} does not exist`);
    const payment = parsePayment(document);
    // The order is cancelled here, whatever `orders` knows: money that arrives for it is refunded.
    if (payment.closedAt !== undefined || payment.order.status === 'cancelled') {
      await deps.chargeStore.publishSideEvent({
        filter: { _id: orderId },
        set: {},
        event: chargeClosed,
        data: { orderId },
        trace,
      });
      return;
    }
    if (payment.status !== undefined && payment.status !== 'created') {
      await deps.chargeStore.republish([{ filter: { _id: orderId }, set: {}, event: chargeUpdated, trace }]);
      return;
    }
    const { matchedCount } = await deps.payments.updateOne({ _id: orderId, openAttempt: { $exists: true } }, [
      { $set: { closingDue: { $ifNull: ['$closingDue', { $literal: { due: deps.now(), ...trace } }] } } },
    ]);
    if (matchedCount === 1) return;
    // The attempt has ended since.
  }
  throw new Error(`The payment of closing order ${orderId} keeps changing`);
};
