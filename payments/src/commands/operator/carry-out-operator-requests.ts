import { newTrace } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import type { OperatorRequest } from '../../models/operator-request.ts';
import { orderRefund } from './order-refund.ts';
import { settleProblem } from './settle-problem.ts';

const limit = 100;
/** After this time another replica may take up a request again, whose process has died. */
const leaseMs = 30_000;
const open = { doneAt: { $exists: false } };

/** Carries out what operators have asked for; repeated after a crash, it does nothing twice. */
export const carryOutOperatorRequests = async (deps: Deps): Promise<void> => {
  for (let count = 0; count < limit; count += 1) {
    const request = await take(deps);
    if (request === null) return;
    try {
      await carryOut(deps, request);
    } catch (error) {
      // It stays open, and does not keep the others waiting.
      deps.logger.error({ err: error, requestId: request._id }, "an operator's request could not be carried out");
    }
  }
};

/** The oldest open request that no other replica works on, so that its outcome is that of one execution. */
const take = ({ operatorRequests, now }: Deps): Promise<OperatorRequest | null> => {
  const leasedUntil = new Date(now().getTime() + leaseMs);
  const isFree = { $or: [{ leasedUntil: { $exists: false } }, { leasedUntil: { $lte: now() } }] };
  return operatorRequests.findOneAndUpdate(
    { ...open, ...isFree },
    { $set: { leasedUntil } },
    { sort: { requestedAt: 1 } },
  );
};

const carryOut = async (deps: Deps, { _id, action, orderId, reason, by }: OperatorRequest): Promise<void> => {
  const trace = newTrace(deps, _id);
  const outcome =
    action === 'refund'
      ? await orderRefund(deps, { orderId, reason, by, trace })
      : await settleProblem(deps, { orderId, trace });
  const done = { doneAt: deps.now(), outcome };
  const { modifiedCount } = await deps.operatorRequests.updateOne({ _id, ...open }, { $set: done });
  // Another replica has carried it out at the same time, or nothing has changed.
  if (modifiedCount === 0 || (outcome !== 'ordered' && outcome !== 'settled')) return;
  deps.logger.info({ orderId, reason, by, requestId: _id }, `an operator's request: ${action}, ${outcome}`);
  const operator = { body: undefined, headers: {}, trace, visitor: 'operator' };
  deps.securityLog.record(operator, outcome === 'ordered' ? 'refund_ordered' : 'problem_settled');
};
