import { expect } from '@jest/globals';
import { newId } from '@ticketing/common/mongo';
import type { OperatorRequest } from '@ticketing/common/operator';
import type { PaymentsUnderTest } from './harness.ts';

type Action = 'refund' | 'record-refund' | 'release';

/** An operator, who runs `npm run operator -- refund`, `record-refund` and `release`. */
export const createOperator = (payments: () => PaymentsUnderTest) => {
  const requests = () => payments().system.collection<OperatorRequest>('operator-requests');
  /** Writes the request that the command writes, and returns its id. */
  const request = async (
    action: Action,
    orderId: string,
    requestedAt = new Date(),
    amount?: number,
  ): Promise<string> => {
    const _id = newId();
    const about = { action, subject: orderId, reason: 'called off', by: 'ann', requestedAt };
    await requests().insertOne({ _id, ...about, ...(amount === undefined ? {} : { amount }) });
    return _id;
  };
  /** The outcome of a request, once it is carried out. */
  const outcomeOf = (_id: string): Promise<string | undefined> =>
    payments().system.eventually(async () => {
      const found = await requests().findOne({ _id });
      expect(found?.doneAt).toBeDefined();
      return found?.outcome;
    });
  return {
    request,
    outcomeOf,
    /** Opens the request again, as if its process had died before it could record the outcome. */
    repeat: async (_id: string, orderId: string): Promise<void> => {
      const opened = {
        $set: { subject: orderId },
        $unset: { doneAt: true, outcome: true, leasedUntil: true },
      } as const;
      await requests().updateOne({ _id }, opened);
    },
    ask: async (action: Action, orderId: string, amount?: number): Promise<string | undefined> =>
      outcomeOf(await request(action, orderId, undefined, amount)),
  };
};
