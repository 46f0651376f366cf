import type { Database } from '../mongo/index.ts';
import { periodically, type Periodic } from '../service/periodic.ts';
import type { Metrics } from '../service/metrics.ts';
import type { Stoppable } from '../service/stoppable.ts';
import type { Logger } from 'pino';
import { renderMail } from './content.ts';
import type { Sender } from './mail-env.ts';
import { mailJobs, type MailJob, type PendingMail } from './mail-job.ts';
import { openMailQueue, type Forgetting, type LeasedJob } from './mail-queue.ts';
import { concurrency, MailWorker, type MailCounters } from './mail-worker.ts';
import { movePendingMail } from './move-pending-mail.ts';
import { createSmtp, type OutgoingMail } from './smtp.ts';
import type { AnyMailTemplate, MailContext } from './template.ts';

const moveMs = 1_000;
const countMs = 15_000;

/** A service's mail. */
export interface Mail {
  /** Stores mails and sends them soon; each once, however often it is enqueued. For events: before their ack. */
  enqueue(mails: readonly PendingMail[]): Promise<void>;
  /** Drops what waits of the mails with these ids. */
  cancel(ids: readonly string[]): Promise<void>;
  /** Sends what has just been stored in a document of `pendingIn`; without it that takes a second. */
  sendSoon(): void;
  /**
   * For a closed account: what waits to be sent to it is dropped, except mails of these templates. `pending` are the ids of
   * mails that were dropped from the document of their cause.
   */
  forgetUser(userId: string, options?: Forgetting): Promise<void>;
  /** Started by the service after it has prepared `mailJobs`, one of its collections. */
  readonly workers: readonly (() => Stoppable)[];
}

interface MailDeps {
  readonly database: Pick<Database, 'collection'>;
  readonly metrics: Pick<Metrics, 'counter' | 'gauge'>;
  readonly logger: Logger;
  readonly now: () => Date;
}

const openCounters = (metrics: MailDeps['metrics']): MailCounters => {
  const sent = metrics.counter('mail_sent_total', 'Mails that the mail server has accepted', ['template']);
  const dropped = metrics.counter(
    'mail_dropped_total',
    'Mails that were never sent: refused by the mail server, or too old',
    ['template', 'reason'],
  );
  const failed = metrics.counter(
    'mail_failed_total',
    'Failed attempts to send a mail: mail server away, mail deferred by it, or template failed',
    ['cause'],
  );
  return {
    sent: (template) => sent.inc({ template }),
    dropped: (template, reason) => dropped.inc({ template, reason }),
    failed: (cause) => failed.inc({ cause }),
  };
};

/** Opens the mail of a service; `context` is what its templates need besides the site's address. */
export const openMail = <Context extends object>(
  { database, metrics, logger, now }: MailDeps,
  config: { readonly SMTP_URL: string; readonly MAIL_FROM: Sender; readonly PUBLIC_URL: string },
  options: {
    readonly templates: readonly AnyMailTemplate<Context>[];
    readonly context: Context;
    /** Collections whose documents have the field `mail`, a list of `pendingMail`, and `pendingMailIndex`. */
    readonly pendingIn?: readonly string[];
  },
): Mail => {
  const queue = openMailQueue(database.collection<MailJob>(mailJobs.name), now);
  const publicUrl = new URL(config.PUBLIC_URL);
  const sources = (options.pendingIn ?? []).map((name) =>
    database.collection<{ readonly _id: string; readonly mail: PendingMail[] }>(name),
  );
  const waiting = metrics.gauge('mail_waiting', 'Mails that wait to be sent');
  const oldest = metrics.gauge('mail_oldest_waiting_seconds', 'Age of what the oldest waiting mail reports');

  const write = async ({ _id, to, template, data }: LeasedJob): Promise<OutgoingMail> => {
    const found = options.templates.find(({ name }) => name === template);
    if (found === undefined) throw new Error(`unknown mail template ${template}`);
    const context: MailContext & Context = { ...options.context, publicUrl, jobId: _id };
    const content = await found.write(data, context);
    return { jobId: _id, to, ...renderMail(content, publicUrl), attachments: content.attachments };
  };

  const started: { worker?: MailWorker; mover?: Periodic } = {};
  const startWorker = (): Stoppable => {
    const smtp = createSmtp(config.SMTP_URL, config.MAIL_FROM, concurrency);
    started.worker = new MailWorker({ queue, write, smtp, now, logger, counters: openCounters(metrics) });
    return started.worker;
  };
  const startMover = (): Stoppable => {
    started.mover = periodically({ name: 'pending mail', periodMs: moveMs, logger }, async () => {
      await Promise.all(sources.map((source) => movePendingMail(source, queue)));
      started.worker?.kick();
    });
    return started.mover;
  };
  const startCount = (): Stoppable =>
    periodically({ name: 'count of mail', periodMs: countMs, logger }, async () => {
      const count = await queue.count();
      waiting.set(count.waiting);
      oldest.set(count.oldest === undefined ? 0 : Math.max(0, (now().getTime() - count.oldest.getTime()) / 1000));
    });

  return {
    enqueue: async (mails) => {
      await queue.enqueue(mails);
      started.worker?.kick();
    },
    sendSoon: () => started.mover?.runSoon(),
    cancel: queue.cancel,
    forgetUser: queue.forgetUser,
    workers: [startWorker, ...(sources.length === 0 ? [] : [startMover]), startCount],
  };
};
