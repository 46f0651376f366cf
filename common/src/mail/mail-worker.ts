import type { Logger } from 'pino';
import { periodically, type Periodic } from '../service/periodic.ts';
import type { Stoppable } from '../service/stoppable.ts';
import { keepLease } from './keep-lease.ts';
import { isRecent } from './mail-job.ts';
import type { LeasedJob, MailQueue } from './mail-queue.ts';
import { retryDelayMs } from './retry-delay.ts';
import { hashOf, type Delivery, type OutgoingMail, type Smtp } from './smtp.ts';

/** Mails of one process that are sent at a time. */
export const concurrency = 8;
const sweepMs = 1_000;
/** While the server is away, one mail is tried this often. */
const probeMs = 2_000;
/** A mail that takes longer to write, such as one with a receipt, may have been dropped meanwhile. */
const slowWriteMs = 20;
/** How long a stopping process waits for mails that are being sent. */
const finishMs = 3_000;

export interface MailCounters {
  sent(template: string): void;
  dropped(template: string, reason: 'refused' | 'too old'): void;
  failed(cause: 'away' | 'deferred' | 'template'): void;
}

export interface MailWorkerDeps {
  readonly queue: MailQueue;
  /** @throws when the template of the job is unknown, or does not fit its data. */
  readonly write: (job: LeasedJob) => Promise<OutgoingMail>;
  readonly smtp: Smtp;
  readonly now: () => Date;
  readonly logger: Logger;
  readonly counters: MailCounters;
}

/**
 * Sends the jobs that are due. While the mail server is away, one job every 2 s shows whether it is back; then all that
 * wait are sent. A mail is sent twice only if the outcome of the first time was unknown, or could not be stored.
 */
export class MailWorker implements Stoppable {
  readonly #deps: MailWorkerDeps;
  readonly #sweep: Periodic;
  readonly #cancelling = new AbortController();
  readonly #sending = new Set<Promise<void>>();
  #leasing = Promise.resolve();
  #isLeasing = false;
  /** Whether jobs may have become due, or room for them, since the last lease began. */
  #leaseAgain = false;
  /** Sent by this process, while the database has not stored it yet. */
  readonly #sent = new Set<string>();
  /** When the server is tried next, by `performance.now`; undefined while it takes mail. */
  #probeAt: number | undefined;
  #closing = false;

  constructor(deps: MailWorkerDeps) {
    this.#deps = deps;
    this.#sweep = periodically({ name: 'mail', periodMs: sweepMs, logger: deps.logger }, async () => this.#start());
  }

  /** Looks for due jobs at once. */
  kick(): void {
    this.#start();
  }

  /** Waits for the mails that are being sent, three seconds at most. */
  async stop(): Promise<void> {
    this.#closing = true;
    await this.#sweep.stop();
    const timer = setTimeout(() => this.#cancelling.abort(), finishMs);
    await this.#leasing;
    await Promise.all(this.#sending);
    clearTimeout(timer);
    this.#deps.smtp.close();
  }

  /** How many more mails may be sent now. */
  #room(): number {
    if (this.#closing) return 0;
    if (this.#probeAt === undefined) return concurrency - this.#sending.size;
    return this.#sending.size === 0 && performance.now() >= this.#probeAt ? 1 : 0;
  }

  #start(): void {
    this.#leaseAgain = true;
    if (!this.#isLeasing) this.#leasing = this.#lease().catch((error: unknown) => this.#logFailure(error));
  }

  /** Leases jobs and begins to send them, until none is due or there is no room. */
  async #lease(): Promise<void> {
    this.#isLeasing = true;
    try {
      for (let room = this.#room(); this.#leaseAgain && room > 0; room = this.#room()) {
        this.#leaseAgain = false;
        const jobs = await this.#deps.queue.lease(room);
        for (const job of jobs) this.#begin(job);
        if (jobs.length === room) this.#leaseAgain = true;
      }
    } finally {
      this.#isLeasing = false;
    }
  }

  #begin(job: LeasedJob): void {
    const sending: Promise<void> = this.#handle(job)
      .catch((error: unknown) => this.#logFailure(error))
      .finally(() => {
        this.#sending.delete(sending);
        this.#start();
      });
    this.#sending.add(sending);
  }

  #logFailure(error: unknown): void {
    this.#deps.logger.warn({ err: error, worker: 'mail' }, 'worker failed');
  }

  async #handle(job: LeasedJob): Promise<void> {
    const { queue, now, logger, counters } = this.#deps;
    const { template } = job;
    const mail = hashOf(job._id);
    if (this.#sent.has(job._id)) return this.#markSent(job);
    if (!isRecent(job.at, now())) {
      await queue.drop(job, 'too old');
      counters.dropped(template, 'too old');
      logger.error({ template, mail }, 'mail dropped: it could not be sent for three days');
      return;
    }
    const lease = keepLease(this.#deps, job);
    const began = performance.now();
    const written = await this.#write(job);
    if (performance.now() - began > slowWriteMs)
      await lease.extend().catch((error: unknown) => this.#logFailure(error));
    const delivery = written === undefined ? undefined : await this.#send(written, lease.signal);
    const last = lease.end();
    const failures = job.failures + 1;
    const wasAway = this.#probeAt !== undefined;
    if (delivery !== undefined) this.#pauseWhileAway(delivery);
    switch (delivery?.kind) {
      case 'sent': {
        this.#sent.add(job._id);
        // First of all: a process that ends before the database has this sends the mail twice (RFC 1047).
        const marked = this.#markSent(job);
        counters.sent(template);
        logger.info({ template, mail }, 'mail sent');
        return marked;
      }
      case 'refused':
        await queue.drop(last, `refused: ${delivery.reason}`);
        counters.dropped(template, 'refused');
        logger.warn({ template, mail, reason: delivery.reason }, 'mail dropped: the mail server refuses it');
        return;
      case 'away':
        counters.failed('away');
        // The server may close the connection because of this mail: then others are sent before it is tried again.
        return wasAway
          ? queue.postpone(last, probeMs, job.failures)
          : queue.postpone(last, retryDelayMs(failures), failures);
      case 'cancelled':
        return queue.postpone(last, 0, job.failures);
      case 'deferred':
        counters.failed('deferred');
        logger.warn({ template, mail, failures, reason: delivery.reason }, 'mail deferred by the mail server');
        return queue.postpone(last, retryDelayMs(failures), failures);
      case undefined:
        counters.failed('template');
        return queue.postpone(last, retryDelayMs(failures), failures);
    }
  }

  /** Undefined if that fails: a replica of a newer version may know the template. */
  async #write(job: LeasedJob): Promise<OutgoingMail | undefined> {
    try {
      return await this.#deps.write(job);
    } catch (error) {
      this.#deps.logger.error({ err: error, template: job.template }, 'mail cannot be written');
      return undefined;
    }
  }

  #send(mail: OutgoingMail, leaseOver: AbortSignal): Promise<Delivery> {
    return this.#deps.smtp.send(mail, AbortSignal.any([this.#cancelling.signal, leaseOver]));
  }

  #pauseWhileAway({ kind, ...rest }: Delivery): void {
    const { logger } = this.#deps;
    const wasAway = this.#probeAt !== undefined;
    if (kind === 'away') {
      this.#probeAt = performance.now() + probeMs;
      if (!wasAway) logger.warn(rest, 'the mail server is away, one mail is tried every 2 s');
    } else if (kind !== 'cancelled') {
      this.#probeAt = undefined;
      if (wasAway) logger.info('the mail server is back');
    }
  }

  async #markSent(job: LeasedJob): Promise<void> {
    await this.#deps.queue.markSent(job);
    this.#sent.delete(job._id);
  }
}
