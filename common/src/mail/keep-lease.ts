import type { Logger } from 'pino';
import { leaseMs, type LeasedJob, type MailQueue } from './mail-queue.ts';

const extendMs = 1_000;
/**
 * Sending is cancelled after so long without an extension. The rest of the lease is more than a write takes, so that no two
 * processes send a mail at the same time.
 */
const cancelMs = leaseMs - 1_500;

/** A lease that is extended until `end`. Short leases are over soon after their process has died, and sending may take longer. */
export interface KeptLease {
  /** Aborted when the job is no longer this process's, and when the lease could not be extended, before it is over. */
  readonly signal: AbortSignal;
  /** Extends the lease now. @throws when the database does not respond. */
  extend(): Promise<void>;
  /** Stops extending it; returns the job with its last lease. */
  end(): LeasedJob;
}

export const keepLease = (
  { queue, logger }: { readonly queue: Pick<MailQueue, 'extend'>; readonly logger: Logger },
  job: LeasedJob,
): KeptLease => {
  let current = job;
  const cancelling = new AbortController();
  const cancel = setTimeout(() => cancelling.abort(), cancelMs);
  const extendOnce = async (): Promise<void> => {
    const extended = await queue.extend(current);
    if (extended === undefined) {
      cancelling.abort();
      return;
    }
    current = extended;
    cancel.refresh();
  };
  let inProgress: Promise<void> | undefined;
  const extend = (): Promise<void> => (inProgress ??= extendOnce().finally(() => (inProgress = undefined)));
  const extending = setInterval(() => {
    extend().catch((error: unknown) => logger.warn({ err: error, worker: 'mail' }, 'lease of a mail not extended'));
  }, extendMs);
  return {
    signal: cancelling.signal,
    extend,
    end: () => {
      clearInterval(extending);
      clearTimeout(cancel);
      return current;
    },
  };
};
