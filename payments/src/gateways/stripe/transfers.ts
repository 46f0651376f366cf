import type { Deadline } from './call.ts';
import type { StripeClient } from './client.ts';
import { isAccountGone, isRefusal } from './errors.ts';
import { idOf } from './mapping.ts';
import { readTransfers } from './movements.ts';

/** What came of a call that moves money to or from a seller's account. */
export type TransferResult =
  | { readonly kind: 'made'; readonly id: string }
  /** Nothing was moved: Stripe repeats the response to a call that has moved something under its idempotency key. */
  | { readonly kind: 'refused' }
  | { readonly kind: 'unknown' };

interface Numbered {
  readonly orderId: string;
  /** Of the call; a repeat has the same number and the same parameters. */
  readonly number: number;
  /** Minor units. */
  readonly amount: number;
}

/** Money between us and sellers' accounts at Stripe. No method throws. */
export interface TransferGateway {
  /** Sends the proceeds of a payment to an account, once for each number. */
  createTransfer(
    transfer: Numbered & { readonly currency: string; readonly accountId: string; readonly intentId: string },
    deadline: Deadline,
  ): Promise<TransferResult>;
  /** Our transfer of this number in Stripe's list; `none` if it is not there, undefined when Stripe does not respond. */
  findTransfer(
    orderId: string,
    number: number,
    deadline: Deadline,
  ): Promise<{ readonly id: string } | 'none' | undefined>;
  /** Takes a part of a transfer back, once for each number. */
  reverseTransfer(reversal: Numbered & { readonly transferId: string }, deadline: Deadline): Promise<TransferResult>;
}

export const createTransferGateway = ({ stripe, call, logFailure }: StripeClient): TransferGateway => {
  const outcome = (error: unknown, step: string, orderId: string): TransferResult => {
    logFailure(error, step, { orderId });
    // A key without the right says nothing about an earlier call under the same number, which may have moved the money.
    return { kind: isRefusal(error) || isAccountGone(error) ? 'refused' : 'unknown' };
  };
  return {
    createTransfer: async ({ orderId, number, amount, currency, accountId, intentId }, deadline) => {
      const readCharge = async () => {
        const intent = await call(deadline, (options) => stripe.paymentIntents.retrieve(intentId, {}, options));
        return idOf(intent.latest_charge);
      };
      let charge: string | undefined;
      try {
        charge = await readCharge();
      } catch (error) {
        logFailure(error, 'read the charge of a transfer', { orderId });
        // Also when the read was refused: an earlier call may have made the transfer.
        return { kind: 'unknown' };
      }
      try {
        const transfer = {
          amount,
          currency,
          destination: accountId,
          transfer_group: orderId,
          metadata: { orderId, number: String(number) },
          ...(charge === undefined ? {} : { source_transaction: charge }),
        };
        const idempotencyKey = number === 1 ? `transfer:${orderId}` : `transfer:${orderId}:${number}`;
        const { id } = await call(deadline, (options) =>
          stripe.transfers.create(transfer, { ...options, idempotencyKey }),
        );
        return { kind: 'made', id };
      } catch (error) {
        return outcome(error, 'transfer', orderId);
      }
    },

    findTransfer: async (orderId, number, deadline) => {
      try {
        const transfers = await readTransfers(stripe, call, orderId, deadline);
        return transfers.find((transfer) => transfer.number === number) ?? 'none';
      } catch (error) {
        logFailure(error, 'find transfer', { orderId });
        return undefined;
      }
    },

    reverseTransfer: async ({ orderId, number, amount, transferId }, deadline) => {
      const reversal = { amount, metadata: { orderId } };
      const idempotencyKey = `reversal:${orderId}:${number}`;
      try {
        const { id } = await call(deadline, (options) =>
          stripe.transfers.createReversal(transferId, reversal, { ...options, idempotencyKey }),
        );
        return { kind: 'made', id };
      } catch (error) {
        return outcome(error, 'reverse transfer', orderId);
      }
    },
  };
};
