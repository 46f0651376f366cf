import { accountCopiesAreTrue } from './account-copies-are-true.ts';
import { cancelledOrderKeepsNoMoney } from './cancelled-order-keeps-no-money.ts';
import { chargeHasOrder } from './charge-has-order.ts';
import { chargeIsOrderPrice } from './charge-is-order-price.ts';
import { chargesMatchStripe } from './charges-match-stripe.ts';
import type { Check } from './check.ts';
import { closedAccountIsForgotten } from './closed-account-is-forgotten.ts';
import { completeOrderIsPaid } from './complete-order-is-paid.ts';
import { completeOrderSoldItsTicket } from './complete-order-sold-its-ticket.ts';
import { deliveryIsDecidedInTime } from './delivery-is-decided-in-time.ts';
import { heldListingIsOrderListing } from './held-listing-is-order-listing.ts';
import { disputesAreRecorded } from './disputes-are-recorded.ts';
import { heldPriceIsOrderPrice } from './held-price-is-order-price.ts';
import { heldTicketHasLiveOrder } from './held-ticket-has-live-order.ts';
import { holdEndsAtDeadline } from './hold-ends-at-deadline.ts';
import { ledgerIsBalanced } from './ledger-is-balanced.ts';
import { ledgerMatchesCharges } from './ledger-matches-charges.ts';
import { ledgerMatchesStripe } from './ledger-matches-stripe.ts';
import { legalOrderState } from './legal-order-state.ts';
import { legalTicketState } from './legal-ticket-state.ts';
import { liveOrderHasTicket } from './live-order-has-ticket.ts';
import { mailIsTriedInTime } from './mail-is-tried-in-time.ts';
import { moneyIsReturnedOnce } from './money-is-returned-once.ts';
import { noDeadLetters } from './no-dead-letters.ts';
import { nothingParked } from './nothing-parked.ts';
import { nothingUndelivered } from './nothing-undelivered.ts';
import { nothingUnpublished } from './nothing-unpublished.ts';
import { oneAccountPerEmail } from './one-account-per-email.ts';
import { oneChargePerOrder } from './one-charge-per-order.ts';
import { oneCompleteOrderPerTicket } from './one-complete-order-per-ticket.ts';
import { oneLiveOrderPerTicket } from './one-live-order-per-ticket.ts';
import { oneTicketPerCode } from './one-ticket-per-code.ts';
import { oneUnpaidOrderPerSlot } from './one-unpaid-order-per-slot.ts';
import { orderCopiesAreTrue } from './order-copies-are-true.ts';
import { orderFollowsDelivery } from './order-follows-delivery.ts';
import { orderHasOneBuyerAndSeller } from './order-has-one-buyer-and-seller.ts';
import { orderIsConfirmedInTime } from './order-is-confirmed-in-time.ts';
import { paidOrderCompletes } from './paid-order-completes.ts';
import { paidOrderIsKept } from './paid-order-is-kept.ts';
import { paymentIntentsMatchStripe } from './payment-intents-match-stripe.ts';
import { paymentIsSettledInTime } from './payment-is-settled-in-time.ts';
import { sessionEndingsAreKnown } from './session-endings-are-known.ts';
import { saleIsMailed } from './sale-is-mailed.ts';
import { soldTicketHasCompleteOrder } from './sold-ticket-has-complete-order.ts';
import { ticketCopiesAreTrue } from './ticket-copies-are-true.ts';
import { ticketHasItsFile } from './ticket-has-its-file.ts';
import { timerFollowsOrder } from './timer-follows-order.ts';

/** Every invariant, the most serious first. */
export const checks: readonly Check[] = [
  oneLiveOrderPerTicket,
  oneCompleteOrderPerTicket,
  oneTicketPerCode,
  oneAccountPerEmail,
  oneChargePerOrder,
  chargeIsOrderPrice,
  completeOrderIsPaid,
  cancelledOrderKeepsNoMoney,
  moneyIsReturnedOnce,
  chargeHasOrder,
  paidOrderCompletes,
  paidOrderIsKept,
  chargesMatchStripe,
  paymentIntentsMatchStripe,
  disputesAreRecorded,
  ledgerIsBalanced,
  ledgerMatchesCharges,
  ledgerMatchesStripe,
  heldTicketHasLiveOrder,
  liveOrderHasTicket,
  soldTicketHasCompleteOrder,
  completeOrderSoldItsTicket,
  heldPriceIsOrderPrice,
  heldListingIsOrderListing,
  orderHasOneBuyerAndSeller,
  ticketHasItsFile,
  orderFollowsDelivery,
  legalOrderState,
  legalTicketState,
  oneUnpaidOrderPerSlot,
  orderIsConfirmedInTime,
  holdEndsAtDeadline,
  deliveryIsDecidedInTime,
  paymentIsSettledInTime,
  timerFollowsOrder,
  closedAccountIsForgotten,
  sessionEndingsAreKnown,
  saleIsMailed,
  mailIsTriedInTime,
  ticketCopiesAreTrue,
  orderCopiesAreTrue,
  accountCopiesAreTrue,
  nothingUnpublished,
  nothingUndelivered,
  nothingParked,
  noDeadLetters,
];
