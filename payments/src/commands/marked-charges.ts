import type { Deps } from '../deps.ts';
import { parseCharge } from '../models/payment.ts';
import type { ChargeContext } from './charge-context.ts';

/** After this time another worker may take up a task again. */
export const leaseMs = 30_000;
const concurrency = 8;
/** Tasks of one pass: work of other kinds takes turns, and the metrics are never hours old. */
const tasksPerLane = 25;

/** A charge that is marked for a worker. */
export interface Task<
  Mark extends 'closingDue' | 'refundDue' | 'payoutDue' = 'closingDue' | 'refundDue' | 'payoutDue',
> extends ChargeContext {
  readonly mark: Mark;
  readonly failures: number;
  /** Until when no other worker takes it up. */
  readonly lease: Date;
}

/** Takes up the charge whose mark has been due for longest. */
export const takeMarked = async <Mark extends Task['mark']>(deps: Deps, mark: Mark): Promise<Task<Mark> | null> => {
  const now = deps.now();
  const due = `${mark}.due`;
  const lease = new Date(now.getTime() + leaseMs);
  const document = await deps.payments.findOneAndUpdate(
    { [due]: { $lte: now } },
    // Postponing moves `due`; the watchdog needs to know for how long the charge has been marked.
    [{ $set: { [`${mark}.since`]: { $ifNull: [`$${mark}.since`, `$${due}`] }, [due]: lease } }],
    { sort: { [due]: 1 }, returnDocument: 'after' },
  );
  if (document === null) return null;
  const charge = parseCharge(document);
  const found = charge[mark];
  if (found === undefined) throw new Error(`The charge of order ${charge._id} is not marked`);
  const { correlationId, traceId, failures } = found;
  const deadline = performance.now() + deps.timeoutMs.worker;
  return { charge, mark, trace: { correlationId, traceId }, deadline, failures, lease };
};

/**
 * Runs `work` on what `take` takes up, several tasks at a time, until nothing is due, enough is done, or `signal` is aborted. A
 * task that fails is logged and does not delay the others; its mark is due again when its lease ends.
 * @throws the first error of `take`, once no task is running.
 */
export const workOff = async <T extends ChargeContext>(
  { logger, signal }: Pick<Deps, 'logger'> & { readonly signal: AbortSignal },
  take: () => Promise<T | null>,
  work: (task: T) => Promise<void>,
): Promise<void> => {
  const first = await take();
  if (first === null) return;
  const lane = async (start: T | null): Promise<void> => {
    let task = start;
    for (let count = 1; task !== null; count += 1) {
      const { _id: orderId } = task.charge;
      await work(task).catch((error: unknown) => logger.error({ err: error, orderId }, 'work on a charge failed'));
      task = count < tasksPerLane && !signal.aborted ? await take() : null;
    }
  };
  const others = Array.from({ length: concurrency - 1 }, async () => lane(await take()));
  const results = await Promise.allSettled([lane(first), ...others]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
};
