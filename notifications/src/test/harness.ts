import {
  chargeUpdated,
  orderCancelled,
  orderUpdated,
  userCreated,
  type ChargeState,
  type OrderState,
} from '@ticketing/common/events';
import { newOrder } from '@ticketing/common/events/testing';
import type { MailJob } from '@ticketing/common/mail';
import type { RunningService } from '@ticketing/common/service';
import { openMailbox, openTestSystem } from '@ticketing/common/testing';
import { expect } from '@jest/globals';
import { readConfig } from '../config.ts';
import type { Recipient, Sale } from '../models/open-models.ts';
import { startService } from '../service.ts';

export const publicUrl = 'https://tickets.example';
const dayMs = 24 * 60 * 60 * 1000;

export type NotificationsHarness = Awaited<ReturnType<typeof openHarness>>;

export const addressOf = (userId: string): string => `${userId}@example.com`;

const chargeOf = (order: OrderState): ChargeState => ({
  id: order.id,
  version: 3,
  orderId: order.id,
  status: 'completed',
  attempts: 0,
  amount: order.price,
  currency: order.currency ?? 'usd',
});

/** Running notifications services, and the mail server that they send to. */
export const openHarness = async ({
  replicas = 1,
  env = {},
}: { readonly replicas?: number; readonly env?: Readonly<Record<string, string>> } = {}) => {
  const system = await openTestSystem();
  const mailbox = await openMailbox();
  const startReplica = (changed: Readonly<Record<string, string>> = {}): Promise<RunningService> =>
    system.start((overrides) =>
      startService(readConfig({ ...system.env, ...mailbox.env, PUBLIC_URL: publicUrl, ...env, ...changed }), overrides),
    );
  for (let replica = 0; replica < replicas; replica += 1) await startReplica();

  const jobs = system.collection<MailJob>('mail-jobs');
  const daysAgo = (days: number): string => new Date(system.clock.now().getTime() - days * dayMs).toISOString();
  let last = 0;
  const newUserId = (): string => {
    last += 1;
    return `user${last}-${system.name}`;
  };

  /** A user, unknown to the service until `signUp`. */
  const signUp = async (userId: string = newUserId()): Promise<string> => {
    await system.publish(userCreated, { id: userId, version: 0, email: addressOf(userId) });
    return userId;
  };

  return {
    system,
    startReplica,
    mailbox,
    jobs,
    recipients: system.collection<Recipient>('recipients'),
    sales: system.collection<Sale>('sales'),
    daysAgo,
    newUserId,
    signUp,
    /** A complete order of new users, whose event is not published yet. */
    sale: (changes: Partial<OrderState> = {}): OrderState & { readonly sellerId: string } => ({
      ...newOrder({ userId: newUserId(), version: 2, status: 'complete', completedAt: daysAgo(0), ...changes }),
      sellerId: changes.sellerId ?? newUserId(),
    }),
    complete: (order: OrderState) => system.publish(orderUpdated, order),
    cancelled: (order: OrderState) => system.publish(orderCancelled, order),
    /** A full refund, as a release of payments without `returned` reports it. */
    refunded: (order: OrderState, refundedAt: string = daysAgo(0)) =>
      system.publish(chargeUpdated, { ...chargeOf(order), status: 'refunded', refundedAt }),
    /** What has become of a sale's money. */
    charged: (order: OrderState, changes: Partial<ChargeState>) =>
      system.publish(chargeUpdated, {
        ...chargeOf(order),
        completedAt: order.completedAt,
        buyerId: order.userId,
        sellerId: order.sellerId,
        ticketId: order.ticket.id,
        title: order.ticket.title,
        ...changes,
      }),
    subjects: async (userId: string): Promise<string[]> =>
      (await mailbox.mails(addressOf(userId))).map(({ subject }) => subject).toSorted(),
    mailTo: (userId: string, subject: RegExp) =>
      system.eventually(async () => {
        const mail = (await mailbox.mails(addressOf(userId))).find((found) => subject.test(found.subject));
        if (mail === undefined) throw new Error('no such mail yet');
        return mail;
      }),
    /** Waits until every event sent so far has been handled, by one that is sent now and makes a mail. */
    untilSent: (jobId: string) =>
      system.eventually(
        async () => expect(await jobs.findOne({ _id: jobId })).toMatchObject({ endedAt: expect.any(Date) }),
        // The first receipt of a process loads its fonts.
        20_000,
      ),
    close: async (): Promise<void> => {
      await system.close();
      await mailbox.close();
    },
  };
};
