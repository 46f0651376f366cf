export { defineEvent } from './define-event.ts';
export type { DataOf, EventDefinition, EventMessage, EventOf, Trace } from './define-event.ts';
export { userCreated, userUpdated } from './user.ts';
export type { UserState } from './user.ts';
export {
  claimRefusalReasons,
  ticketState,
  ticketCategories,
  ticketClaimRefused,
  ticketCreated,
  ticketUpdated,
} from './ticket.ts';
export type { ClaimRefusalReason, TicketState } from './ticket.ts';
export {
  cancelReasons,
  orderCancelled,
  orderCreated,
  orderExpired,
  orderState,
  orderStatuses,
  orderUpdated,
} from './order.ts';
export type { CancelReason, OrderState, OrderStatus } from './order.ts';
export { chargeCreated, chargeState, chargeStatuses, chargeUpdated } from './charge.ts';
export type { ChargeState, ChargeStatus } from './charge.ts';
