export { defineEvent, newTrace } from './define-event.ts';
export { UnknownValueError } from './unknown-values.ts';
export type { DataOf, EventDefinition, EventMessage, Trace } from './define-event.ts';
export { isSuspended, userClosed, userCreated, userState, userUpdated } from './user.ts';
export type { UserState } from './user.ts';
export { endedSessionsOfUser, sessionDays, sessionEnded, sessionsEnded, sessionState } from './session.ts';
export { claimRefusalReasons, ticketClaimRefused, ticketCreated, ticketState, ticketUpdated } from './ticket.ts';
export type { ClaimRefusalReason, TicketState } from './ticket.ts';
export {
  orderCancelled,
  orderCreated,
  orderDeliveryDue,
  orderExpired,
  orderState,
  orderUpdated,
  timerState,
} from './order.ts';
export type { CancelReason, OrderState, OrderStatus } from './order.ts';
export { chargeClosed, chargeCreated, chargeState, chargeUpdated } from './charge.ts';
export type { ChargeState, ChargeStatus, RefundStatus } from './charge.ts';
export { listingDetails, mapListingDetails, textLimits, ticketCategories, titleLimit } from './listing-details.ts';
export { normaliseText } from './normalise-text.ts';
export { consumedEvents, retiredDurables } from './consumers.ts';
export { followedEvents, publishedEvents } from './publishers.ts';
export {
  cancelReasons,
  chargeStatuses,
  deliveries,
  deliveryStatuses,
  isOpenDispute,
  isOpenInquiry,
  openDisputeStatuses,
  orderStatuses,
  refundStatuses,
  undoReasons,
} from './statuses.ts';
export type { ListingDetail, TicketCategory } from './listing-details.ts';
