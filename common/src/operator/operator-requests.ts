import type { Collection } from 'mongodb';
import { defineCollection, type DocumentOf } from '../mongo/index.ts';
import type { Logger } from '../service/index.ts';

/**
 * What operators' commands have requested of a service. A worker carries a request out within a second; one that is an hour old
 * is deleted, also if nothing has carried it out.
 */
export const operatorRequests = defineCollection({
  name: 'operator-requests',
  fields: {
    action: { type: String, required: true },
    // What the action is for, such as the id of an order. A service may remove it with the outcome.
    subject: { type: String },
    reason: { type: String },
    // Minor units of the currency of what the action is for.
    amount: { type: Number },
    // Who has run the command, by the name of their account on that machine.
    by: { type: String, required: true },
    requestedAt: { type: Date, required: true },
    leasedUntil: { type: Date },
    doneAt: { type: Date },
    outcome: { type: String },
  },
  indexes: [
    { key: { requestedAt: 1 }, name: 'old_request', expireAfterSeconds: 60 * 60 },
    { key: { doneAt: 1, requestedAt: 1 }, name: 'open_requests' },
  ],
});

export type OperatorRequest = DocumentOf<typeof operatorRequests>;

const limit = 100;
/** After this time another replica may take up a request again, whose process has died. */
const leaseMs = 30_000;
const open = { doneAt: { $exists: false } };

interface RequestDeps {
  readonly operatorRequests: Collection<OperatorRequest>;
  readonly now: () => Date;
  readonly logger: Logger;
}

/**
 * Carries out what operators have requested, the oldest first, each request by one replica. After a crash a request is carried
 * out again, so `carryOut` must be idempotent; it returns the outcome that the command is told. A request that fails stays open
 * and does not delay the others.
 */
export const carryOutOperatorRequests = async (
  deps: RequestDeps,
  carryOut: (request: OperatorRequest) => Promise<string>,
): Promise<void> => {
  for (let count = 0; count < limit; count += 1) {
    const request = await take(deps);
    if (request === null) return;
    const { _id } = request;
    try {
      const outcome = await carryOut(request);
      // The subject may be personal data.
      await deps.operatorRequests.updateOne(
        { _id },
        { $set: { doneAt: deps.now(), outcome }, $unset: { subject: true, reason: true } },
      );
    } catch (error) {
      deps.logger.error({ err: error, requestId: _id }, "an operator's request could not be carried out");
    }
  }
};

const take = ({ operatorRequests: requests, now }: RequestDeps): Promise<OperatorRequest | null> => {
  const leasedUntil = new Date(now().getTime() + leaseMs);
  const isFree = { $or: [{ leasedUntil: { $exists: false } }, { leasedUntil: { $lte: now() } }] };
  return requests.findOneAndUpdate({ ...open, ...isFree }, { $set: { leasedUntil } }, { sort: { requestedAt: 1 } });
};
