import { BadRequestError } from '@ticketing/common/errors';
import { orderUpdated, type Trace } from '@ticketing/common/events';
import { expression } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import type { OrderDocument } from '../models/open-models.ts';
import { getOrder } from '../queries/get-order.ts';

/**
 * Reports a problem with what was bought: the proceeds are not released until an operator has settled it. Another report
 * replaces the one before. None is accepted once this service has agreed to the release. The text stays in this service.
 * @throws NotFoundError, NotAuthorizedError, BadRequestError for an order that is not complete or whose proceeds are released,
 *   EventBacklogError.
 */
export const reportProblem = async (
  deps: Deps,
  request: { readonly orderId: string; readonly userId: string; readonly text: string; readonly trace: Trace },
): Promise<OrderDocument> => {
  await getOrder(deps, request);
  // Each report is later than the one before, by any clock: payments compares it with the last that was settled.
  const at = { $max: [deps.now(), { $add: ['$problemAt', 1] }] };
  const since = { $cond: [{ $eq: [{ $type: '$problem' }, 'missing'] }, at, '$problemSince'] };
  const reported = await deps.orderStore.change({
    filter: { _id: request.orderId, status: 'complete', releasedAt: { $exists: false } },
    set: {
      problemAt: expression(at),
      problemSince: expression(since),
      problem: expression({ text: { $literal: request.text }, at }),
    },
    event: orderUpdated,
    trace: request.trace,
    whenBacklogged: 'refuse',
  });
  if (reported !== null) return reported;
  const order = await getOrder(deps, request);
  throw new BadRequestError(
    order.status === 'complete'
      ? 'The seller has received the money, so the marketplace can no longer hold it back'
      : 'A problem can be reported only while an order is complete',
  );
};
