import type { Trace } from '@ticketing/common/events';
import type { Attempting, Charge } from '../domain/payment.ts';
import type { Deadline } from '../gateways/stripe/call.ts';

/** A charge that a request, a webhook or a worker works on. */
export interface ChargeContext {
  readonly charge: Charge;
  /** Of the request or event that caused the work; every event of it carries this. */
  readonly trace: Trace;
  /** Hash of the card token, if a request is to get the outcome of the attempt with that card. */
  readonly tokenHash?: string;
  /** When this command stops waiting for Stripe. */
  readonly deadline: Deadline;
}

/** The attempt that a buyer's request has claimed; its steps pass this on. */
export interface AttemptContext extends ChargeContext {
  readonly charge: Attempting;
  /** The buyer's token or payment method at Stripe, which is stored nowhere. */
  readonly token: string;
}
