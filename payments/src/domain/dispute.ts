import { isOpenDispute } from '@ticketing/common/events';
import { entries } from './ledger-entry.ts';
import { giveBack, take, type MoneyState } from './money-state.ts';
import type { Charge, Dispute, Entry } from './payment.ts';

/** What Stripe shows of a dispute. Its `amount` is what the buyer disputes; what has moved is in `movements`, oldest first. */
export interface DisputeAtStripe extends Pick<Dispute, 'id' | 'amount' | 'status' | 'reason'> {
  /** When it was made. */
  readonly at: Date;
  /** The balance transactions: negative ones were withdrawn, positive ones came back. */
  readonly movements: readonly { readonly id: string; readonly amount: number }[];
}

type Movements = NonNullable<Dispute['movements']>;
type Money = Pick<Dispute, 'amount' | 'status' | 'movements' | 'taken'>;

/**
 * What the charge has booked of a dispute. A release without `movements` has booked by the status, and the disputed amount: a
 * lost one was taken from the sale, or of late money from what was owed.
 */
const bookedBefore = (
  known: Money | undefined,
  isSale: boolean,
): Pick<Dispute, 'taken'> & { readonly movements: Movements } => {
  if (known === undefined) return { movements: [] };
  const { status, amount, movements, taken } = known;
  if (movements !== undefined) return { movements, taken };
  const withdrawn = { amount: -amount };
  switch (status) {
    case 'won':
      return { movements: [withdrawn, { amount }] };
    case 'lost':
      return { movements: [withdrawn], taken: { amount, left: isSale ? amount : 0, changes: 1 } };
    default:
      return { movements: isOpenDispute({ status }) ? [withdrawn] : [] };
  }
};

type Amounts = readonly { readonly amount: number }[];

const netOf = (movements: Amounts): number => 0 - movements.reduce((sum, { amount }) => sum + amount, 0);

/** Whether the bank may still decide about money: it asks for an answer, or has withdrawn money that it may give back. */
export const isUndecided = (
  dispute: Pick<Dispute, 'status' | 'taken'> & { readonly movements?: Amounts | undefined },
): boolean =>
  isOpenDispute(dispute) ||
  (dispute.movements !== undefined && netOf(dispute.movements) > (dispute.taken?.amount ?? 0));

/** Whether the bank keeps a part of the payment for good. */
export const hasTaken = ({ taken }: Pick<Dispute, 'taken'>): boolean => (taken?.amount ?? 0) > 0;

const isRunning = ({ status }: Pick<Dispute, 'status'>): boolean =>
  isOpenDispute({ status }) || status === 'warning_needs_response' || status === 'warning_under_review';

/** How much of what was withdrawn is gone, by the status. */
const lossOf = (status: string, movements: Movements, taken: number): number => {
  const net = Math.max(0, netOf(movements));
  if (status === 'lost') return net;
  // What a dispute that was won keeps after money came back was lost; before that, all may come.
  const isWonInPart = !isRunning({ status }) && movements.some(({ amount }) => amount > 0);
  return isWonInPart ? net : Math.min(taken, net);
};

/**
 * Books what Stripe has moved of a dispute and the charge does not have, and what the decision of the bank takes or gives back.
 * Changes `state`. Undefined when there is nothing new.
 */
export const bookDispute = (
  charge: Charge,
  state: MoneyState,
  { known, seen, now }: { readonly known: Dispute | undefined; readonly seen: DisputeAtStripe; readonly now: Date },
): { readonly dispute: Dispute; readonly entries: readonly Entry[]; readonly isGivenBack: boolean } | undefined => {
  const { id, status, reason } = seen;
  const amount = known?.amount ?? seen.amount;
  const isSale = charge.completedAt !== undefined;
  const booked = bookedBefore(known, isSale);
  const movements = [...booked.movements];
  const before = booked.taken;
  const added: Entry[] = [];
  const wasWithdrawn = movements.some((one) => one.amount < 0);
  let isNew = known?.status !== status || known.movements === undefined;

  for (const movement of seen.movements) {
    if (movements.some((one) => one.id === movement.id)) continue;
    isNew = true;
    const isWithdrawal = movement.amount < 0;
    const first = movements.findIndex((one) => one.amount < 0 === isWithdrawal);
    const sibling = movements[first];
    const { id: movementId, amount: moved } = movement;
    // The ordinary ones are those of the ledger's first release.
    const cause = sibling === undefined ? (isWithdrawal ? 'opened' : 'won') : movementId;
    const isBookedByStatus = sibling !== undefined && sibling.id === undefined;
    const difference = isBookedByStatus ? moved - sibling.amount : moved;
    added.push(...entries.disputeMoved({ id, cause, at: now, amount: difference }));
    if (isBookedByStatus) movements[first] = { id: movementId, amount: moved };
    else movements.push({ id: movementId, amount: moved });
  }

  const loss = lossOf(status, movements, before?.amount ?? 0);
  const difference = loss - (before?.amount ?? 0);
  let taken = before;
  if (difference !== 0) {
    isNew = true;
    const part =
      difference > 0 ? take(state, difference) : giveBack(state, -difference, isSale ? (before?.left ?? 0) : 0);
    const changes = (before?.changes ?? 0) + 1;
    const cause = changes === 1 ? 'lost' : `lost:${changes}`;
    added.push(...entries.disputeDecided(charge, { id, cause, at: now, ...part }));
    taken = { amount: loss, left: (before?.left ?? 0) + part.left, changes };
  }

  if (!isNew) return undefined;
  const at = known === undefined ? seen.at : now;
  const isWithdrawn = movements.some((one) => one.amount < 0);
  // A release without `lostAt` has told nobody the time of a loss.
  const lostAtBefore = before === undefined || before.amount === 0 ? at : known?.lostAt;
  return {
    dispute: {
      id,
      amount,
      status,
      reason,
      openedAt: isWithdrawn && !wasWithdrawn ? at : known?.openedAt,
      lostAt: loss > 0 ? lostAtBefore : undefined,
      movements,
      taken,
    },
    entries: added,
    isGivenBack: difference < 0,
  };
};
