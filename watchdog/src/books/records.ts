import type { ConsumerBacklog } from '@ticketing/common/messaging';

export const services = ['auth', 'tickets', 'orders', 'expiration', 'payments'] as const;
export type ServiceName = (typeof services)[number];

/** An order, in its own database. Money is cents everywhere. */
export interface OrderRecord {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly reason: string | undefined;
  readonly price: number;
  readonly ticketId: string;
  /** What the buyer was shown. */
  readonly ticketPrice: number;
  readonly expiresAt: number;
  readonly createdAt: number;
}

/** A ticket, in its own database. */
export interface TicketRecord {
  readonly id: string;
  readonly version: number;
  readonly price: number;
  readonly availability: string;
  readonly orderId: string | undefined;
  readonly isSold: boolean;
  readonly closedOrders: readonly string[];
}

/** What one service knows of another's aggregate. */
export interface CopyRecord {
  readonly id: string;
  readonly version: number;
}

/** What orders knows of a ticket. */
export interface TicketCopyRecord extends CopyRecord {
  readonly price: number;
  readonly orderId: string | undefined;
}

/** What payments knows of an order. */
export interface OrderCopyRecord extends CopyRecord {
  readonly status: string;
  readonly price: number;
}

/** An order's document in payments; `status` is that of its charge, once there is one. */
export interface PaymentRecord {
  readonly id: string;
  readonly order: OrderCopyRecord | undefined;
  readonly status: string | undefined;
  readonly amount: number | undefined;
  readonly stripeId: string | undefined;
  readonly attemptAt: number | undefined;
  readonly refundDue: number | undefined;
}

/** The timer of one order. */
export interface TimerRecord {
  readonly id: string;
  readonly isArmed: boolean;
  readonly deadline: number;
}

/** Money that Stripe has taken; declined charges are none. */
export interface MoneyRecord {
  readonly id: string;
  readonly orderId: string | undefined;
  readonly intentId: string | undefined;
  readonly amount: number;
  readonly refunded: number;
  /** Seconds since 1970, as Stripe has it. */
  readonly created: number;
}

export interface RefundRecord {
  readonly id: string;
  readonly chargeId: string | undefined;
  readonly orderId: string | undefined;
  readonly amount: number;
  /** Seconds since 1970. */
  readonly created: number;
}

/** A document with an event that waits to be published. */
export interface UnpublishedRecord {
  readonly service: ServiceName;
  readonly id: string;
  readonly eventId: string;
  readonly type: string;
  readonly time: number;
}

export interface DeadLetterRecord {
  readonly service: ServiceName;
  readonly id: string;
  readonly subject: string;
  readonly at: number;
}

/** What is still to come from the five databases; every part as it was at its own moment, copies before their sources. */
export interface Records {
  /** When the reading began. */
  readonly at: number;
  readonly orders: readonly OrderRecord[];
  readonly tickets: readonly TicketRecord[];
  readonly ticketCopies: readonly TicketCopyRecord[];
  readonly payments: readonly PaymentRecord[];
  readonly timers: readonly TimerRecord[];
  readonly unpublished: readonly UnpublishedRecord[];
  readonly deadLetters: readonly DeadLetterRecord[];
  readonly money: readonly MoneyRecord[];
  readonly refunds: readonly RefundRecord[];
  /** Undefined where the bus cannot be asked. */
  readonly backlog: readonly ConsumerBacklog[] | undefined;
}
