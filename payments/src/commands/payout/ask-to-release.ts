import { chargeUpdated } from '@ticketing/common/events';
import type { Deps } from '../../deps.ts';
import { questionNow } from '../../domain/release-question.ts';
import type { ChargeContext } from '../charge-context.ts';
import { recordQuestion } from './record-payout.ts';

/**
 * Asks orders to agree to the release of the proceeds, which are not released before; again when an answer is due, but not
 * while the last question waits in the outbox. Returns when to look again; the answer marks the sale before.
 */
export const askToRelease = async (deps: Pick<Deps, 'chargeStore' | 'now'>, context: ChargeContext): Promise<Date> => {
  const { charge, trace } = context;
  const { _id, releasingAt, releaseQuestion } = charge;
  const now = deps.now();
  if (releaseQuestion !== undefined && releaseQuestion.nextAt > now) return releaseQuestion.nextAt;
  const question = questionNow(charge, now);
  if (releasingAt === undefined) await recordQuestion(deps, context);
  else {
    const filter = { _id, 'releaseQuestion.nextAt': releaseQuestion?.nextAt ?? now, outbox: [] };
    await deps.chargeStore.republish([{ filter, set: question, event: chargeUpdated, trace }]);
  }
  return question.releaseQuestion.nextAt;
};
