import type { SecurityEvent } from '@ticketing/common/errors';
import { newTrace } from '@ticketing/common/events';
import type { OperatorRequest } from '@ticketing/common/operator';
import type { Deps } from '../../deps.ts';
import { orderRefund, type RefundOutcome } from './order-refund.ts';
import { recordRefund, type RecordRefundOutcome } from './record-refund.ts';
import { settleProblem, type SettleOutcome } from './settle-problem.ts';

type Outcome = RefundOutcome | RecordRefundOutcome | SettleOutcome | 'unknown_action';

/**
 * What is recorded of an outcome. A refund that is under way may have been ordered by this request, and a problem that was
 * settled before by it too: its process died before that was recorded.
 */
const securityEvents: Partial<Record<Outcome, SecurityEvent>> = {
  ordered: 'refund_ordered',
  disputed: 'refund_ordered',
  under_way: 'refund_ordered',
  recorded: 'refund_recorded',
  settled: 'problem_settled',
  settled_before: 'problem_settled',
};

/** Refunds an order, records a refund outside Stripe, or settles the problem of the buyer. Returns the outcome; a repeat does nothing twice. */
export const carryOutOperatorRequest = async (deps: Deps, request: OperatorRequest): Promise<Outcome> => {
  const { _id, action, subject = '', reason = '', by, amount = 0 } = request;
  const trace = newTrace(deps, _id);
  const order = { requestId: _id, orderId: subject, reason, by, amount, trace };
  const outcome = await perform(deps, action, order);
  deps.logger.info({ orderId: subject, reason, by, requestId: _id }, `an operator's request: ${action}, ${outcome}`);
  const event = securityEvents[outcome];
  if (event !== undefined) deps.securityLog.recordOperator({ event, operator: by, subject, trace });
  return outcome;
};

const perform = async (
  deps: Deps,
  action: string,
  order: Parameters<typeof orderRefund>[1] & Parameters<typeof recordRefund>[1] & Parameters<typeof settleProblem>[1],
): Promise<Outcome> => {
  switch (action) {
    case 'refund':
      return orderRefund(deps, order);
    case 'record-refund':
      return recordRefund(deps, order);
    case 'release':
      return settleProblem(deps, order);
    // Of a command of another version.
    default:
      return 'unknown_action';
  }
};
