import type { Deps } from '../../deps.ts';
import { attemptAbandonedMs, type Charge } from '../../domain/payment.ts';
import {
  nextPayoutStep,
  owesReversal,
  reversedOf,
  transferOf,
  type ReversalClaim,
  type TransferClaim,
} from '../../domain/payout.ts';
import { parseCharge } from '../../models/payment.ts';
import { takeMarked, workOff, type Task } from '../marked-charges.ts';
import { syncMoney } from '../money/sync-money.ts';
import { askToRelease } from './ask-to-release.ts';
import {
  claimReversal,
  claimTransfer,
  recordReleased,
  recordReversalEnded,
  recordTransferred,
  recordNotTransferred,
} from './record-payout.ts';
import { refreshPayoutAccount } from './refresh-payout-account.ts';
import { payableAccountOf, wakePayouts } from './wake-payouts.ts';

/** How often a sale is looked at while a dispute, a problem or a refund is open. Most ends of those mark it anyway. */
const blockedMs = 60_000;
const firstRetryDelayMs = 2_000;
const maxRetryDelayMs = 10 * 60_000;
/** Stripe keeps idempotency keys for a day at least: at that age, what came of a call is looked for first. */
const keyForgottenMs = 23 * 60 * 60_000;
/** Release, claim, transfer and end, and as many writes of others that come first. */
const maxSteps = 8;

type PayoutTask = Task<'payoutDue'>;

/** Why no further step follows now. */
type End = 'done' | 'waits' | 'transfer-failed' | 'reversal-failed' | { readonly retryAt: Date };

/** What a step leads to; `again`: to the next step. */
type Outcome = 'again' | End;

/**
 * Releases the proceeds of sales whose time has come, once orders has agreed, transfers them to their sellers, and reverses
 * what was refunded or lost in a dispute afterwards. Each call of Stripe is claimed in the charge first, under a number of its
 * own. The mark is removed last, so that another worker goes on with what a process that dies leaves behind.
 */
export const payOutSales = (deps: Deps, signal: AbortSignal): Promise<void> =>
  workOff(
    { logger: deps.logger, signal },
    () => takeMarked(deps, 'payoutDue'),
    async (task) => end(deps, task, await payOut(deps, task)),
  );

/** The charge is as it was read for the last step. */
interface Ended {
  readonly charge: Charge;
  readonly outcome: End;
}

const payOut = async (deps: Deps, task: PayoutTask): Promise<Ended> => {
  let { charge } = task;
  for (let steps = 0; steps < maxSteps; steps += 1) {
    charge = await readCharge(deps, charge._id);
    const outcome = await takeStep(deps, { ...task, charge });
    if (outcome !== 'again') return { charge, outcome };
  }
  return { charge, outcome: { retryAt: deps.now() } };
};

const readCharge = async (deps: Deps, orderId: string): Promise<Charge> => {
  const document = await deps.payments.findOne({ _id: orderId }, { projection: { outbox: 0 } });
  if (document === null) throw new Error(`The charge of order ${orderId} does not exist`);
  return parseCharge(document);
};

const takeStep = async (deps: Deps, task: PayoutTask): Promise<Outcome> => {
  const { charge } = task;
  const step = nextPayoutStep(charge, deps.currency.step, deps.now());
  switch (step.kind) {
    case 'done':
      return 'done';
    case 'early':
      return { retryAt: step.until };
    case 'blocked':
      return { retryAt: new Date(deps.now().getTime() + blockedMs) };
    case 'ask':
      return { retryAt: await askToRelease(deps, task) };
    case 'release':
      await recordReleased(deps, task);
      return 'again';
    case 'transfer':
      return step.claim === undefined ? beginTransfer(deps, task, step.amount) : transfer(deps, task, step.claim);
    case 'withdraw':
      return withdraw(deps, task, step.claim);
    case 'reverse':
      if (step.claim !== undefined) return reverse(deps, task, step.claim);
      await claimReversal(deps, task, step);
      return 'again';
  }
};

const beginTransfer = async (deps: Deps, task: PayoutTask, amount: number): Promise<Outcome> => {
  const { sellerId } = task.charge.order;
  // An order of the first release names no seller.
  if (sellerId === undefined) return 'done';
  const accountId = await payableAccount(deps, sellerId);
  if (accountId === undefined) return 'waits';
  await claimTransfer(deps, task, { amount, accountId });
  return 'again';
};

/** The account that proceeds may be sent to, unless Stripe cannot take back what the seller owes of another sale. */
const payableAccount = async (deps: Deps, sellerId: string): Promise<string | undefined> => {
  const debt = { 'order.sellerId': sellerId, 'payoutDue.failing': 'reversal' as const };
  if ((await deps.payments.findOne(debt, { projection: { _id: 1 } })) !== null) return undefined;
  return payableAccountOf(await deps.payoutAccounts.findOne({ _id: sellerId }));
};

const isOld = (deps: Deps, { claimedAt }: { readonly claimedAt: Date }): boolean =>
  deps.now().getTime() - claimedAt.getTime() >= keyForgottenMs;

const transfer = async (deps: Deps, task: PayoutTask, claim: TransferClaim): Promise<Outcome> => {
  const { charge, deadline } = task;
  const { _id: orderId, currency, stripeId: intentId } = charge;
  if (intentId === undefined) throw new Error(`The paid charge of order ${orderId} has no PaymentIntent`);
  const { number, amount, accountId } = claim;
  const found = isOld(deps, claim) ? await deps.transfers.findTransfer(orderId, number, deadline) : 'none';
  if (found === undefined) return 'transfer-failed';
  const result =
    found === 'none'
      ? await deps.transfers.createTransfer({ orderId, number, amount, accountId, currency, intentId }, deadline)
      : ({ kind: 'made', id: found.id } as const);
  if (result.kind === 'unknown') return 'transfer-failed';
  if (result.kind === 'made') {
    await recordTransferred(deps, task, claim, result.id);
    return 'again';
  }
  await recordNotTransferred(deps, task, claim);
  // A restricted account is pending from now on, and the transfer waits for its webhook instead of being retried.
  const status = await refreshPayoutAccount(deps, accountId, deadline);
  return status === 'pending' ? 'again' : 'transfer-failed';
};

/**
 * Ends the claim of a transfer that must not be sent any more. The call of a process that has died may still be on its way;
 * if it arrives even later, what is too much is taken back.
 */
const withdraw = async (deps: Deps, task: PayoutTask, claim: TransferClaim): Promise<Outcome> => {
  const found = await deps.transfers.findTransfer(task.charge._id, claim.number, task.deadline);
  if (found === undefined) return 'transfer-failed';
  if (found !== 'none') {
    await recordTransferred(deps, task, claim, found.id);
    return 'again';
  }
  const abandonedAt = new Date(claim.claimedAt.getTime() + attemptAbandonedMs);
  if (abandonedAt > deps.now()) return { retryAt: abandonedAt };
  await recordNotTransferred(deps, task, claim);
  return 'again';
};

const reverse = async (deps: Deps, task: PayoutTask, claim: ReversalClaim): Promise<Outcome> => {
  const { charge, trace, deadline } = task;
  const orderId = charge._id;
  const { number, amount, transferId } = claim;
  const sync = () => syncMoney(deps, { orderId, trace, deadline });
  if (isOld(deps, claim) && !(await sync())) return 'reversal-failed';
  const known = async () => transferOf(await readCharge(deps, orderId), transferId);
  const reversedSince = isOld(deps, claim) ? reversedOf(await known()) : 0;
  if (reversedSince < claim.reversedBefore + amount) {
    const result = await deps.transfers.reverseTransfer({ orderId, number, amount, transferId }, deadline);
    if (result.kind === 'unknown') return 'reversal-failed';
    if (result.kind === 'refused') {
      await recordReversalEnded(deps, task, number);
      // An operator may have reversed the transfer by hand.
      await sync();
      return 'reversal-failed';
    }
    // The claim ends only once the charge has the reversal, or it would be made again. Stripe's list may be behind.
    const isKnown = (await sync()) && (await known()).reversals.some(({ id }) => id === result.id);
    if (!isKnown) return 'reversal-failed';
  }
  await recordReversalEnded(deps, task, number);
  return 'again';
};

/**
 * Removes or postpones the mark, unless another write has marked the sale anew meanwhile. Once the sale owes nothing any more, the
 * seller's other sales go on; if the process dies before it wakes them, the next read of the seller's account does.
 */
const end = async (deps: Deps, task: PayoutTask, { charge, outcome }: Ended): Promise<void> => {
  const { failures, lease } = task;
  const marked = { _id: charge._id, 'payoutDue.due': lease };
  const owes = owesReversal(charge, deps.currency.step);
  if (outcome === 'done') await deps.payments.updateOne(marked, { $unset: { payoutDue: true } });
  else if (outcome === 'waits') await wait(deps, task);
  else if (typeof outcome === 'object') {
    await deps.payments.updateOne(marked, {
      $set: { 'payoutDue.due': outcome.retryAt, 'payoutDue.failures': 0 },
      ...(owes ? {} : { $unset: { 'payoutDue.failing': true as const } }),
    });
  } else {
    const retryAt = new Date(deps.now().getTime() + Math.min(firstRetryDelayMs * 2 ** failures, maxRetryDelayMs));
    const failing = owes ? 'reversal' : 'transfer';
    await deps.payments.updateOne(marked, {
      $set: { 'payoutDue.due': retryAt, 'payoutDue.failures': failures + 1, 'payoutDue.failing': failing },
    });
  }
  const { sellerId } = charge.order;
  const hasFailed = task.charge.payoutDue?.failing === 'reversal';
  if (hasFailed && !owes && sellerId !== undefined) await wakePayouts(deps, [sellerId]);
};

/**
 * The transfer waits for the seller's account, or for the end of the seller's debt, without being looked at. Both are read again
 * afterwards: either this sees the change, or what makes it sees the sale that waits.
 */
const wait = async (deps: Deps, { charge, trace, lease }: PayoutTask): Promise<void> => {
  const { _id, order } = charge;
  await deps.payments.updateOne(
    { _id, 'payoutDue.due': lease },
    { $set: { payoutWaits: true }, $unset: { payoutDue: true } },
  );
  if ((await payableAccount(deps, order.sellerId ?? '')) === undefined) return;
  await deps.payments.updateOne(
    { _id, payoutWaits: true },
    { $set: { payoutDue: { due: deps.now(), ...trace } }, $unset: { payoutWaits: true } },
  );
};
