import { newTrace, orderUpdated } from '@ticketing/common/events';
import { nextQuestion } from '../domain/closing.ts';
import { unpaidStatuses } from '../domain/order-status.ts';
import type { Deps } from '../deps.ts';
import { endOverdueOrders } from './end-unpaid-orders.ts';

/** The timer of an order usually rings before; an order that is later than this is found by the sweep. */
const overdueMs = 500;
const limit = 200;

/**
 * Ends the overdue orders whose timers have not rung, by this service's clock alone: neither Redis nor the clock or the
 * state of `expiration` can keep a ticket from being sold again. Returns the number of orders.
 */
export const closeOverdueOrders = async (deps: Deps): Promise<number> => {
  const before = new Date(deps.now().getTime() - overdueMs);
  const overdue = await deps.orders
    .find(
      { status: { $in: [...unpaidStatuses] }, closing: { $exists: false }, expiresAt: { $lt: before } },
      // By the deadline alone, it would read every closing order again while payments does not respond.
      { projection: { _id: 1 }, limit, sort: { expiresAt: 1 }, hint: 'unpaid_by_closing_and_deadline' },
    )
    .toArray();
  if (overdue.length === 0) return 0;
  const made = await endOverdueOrders(
    deps,
    overdue.map(({ _id }) => ({ orderId: _id, trace: newTrace(deps, `overdue-${_id}`) })),
  );
  const ended = made.filter(Boolean).length;
  deps.metrics.overdueOrdersEnded.inc(ended);
  return ended;
};

/** Asks payments again about closing orders that it has not answered; not while the last question is unpublished. */
export const repeatClosingQuestions = async (deps: Deps): Promise<number> => {
  const now = deps.now();
  const unanswered = await deps.orders
    .find(
      { status: 'awaiting:payment', 'closingQuestion.nextAt': { $lte: now }, outbox: [] },
      { projection: { closingQuestion: 1 }, limit, sort: { 'closingQuestion.nextAt': 1 } },
    )
    .toArray();
  const made = await deps.orderStore.republish(
    unanswered.flatMap(({ _id, closingQuestion }) =>
      closingQuestion === undefined
        ? []
        : [
            {
              filter: {
                _id,
                status: 'awaiting:payment' as const,
                'closingQuestion.nextAt': closingQuestion.nextAt,
                outbox: [],
              },
              set: { closingQuestion: nextQuestion(now, closingQuestion.count) },
              event: orderUpdated,
              trace: newTrace(deps, `closing-${_id}`),
            },
          ],
    ),
  );
  const repeated = made.filter(Boolean).length;
  deps.metrics.closingQuestionsRepeated.inc(repeated);
  return repeated;
};
