import {
  BadRequestError,
  ConflictError,
  NotAuthorizedError,
  NotFoundError,
  ServiceUnavailableError,
} from '@ticketing/common/errors';
import { eventIdOf } from '@ticketing/common/event-id';
import { orderCreated, type TicketState, type Trace } from '@ticketing/common/events';
import { creationOf, type IdempotentRequest } from '@ticketing/common/messaging';
import { isDuplicateKey } from '@ticketing/common/mongo';
import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { freeSlots } from '../domain/free-slots.ts';
import { checkOrderable, holdEnd, listingChanged } from '../domain/order-decision.ts';
import type { OrderDocument } from '../models/open-models.ts';
import type { Deps } from '../deps.ts';
import { endOrdersOf } from './end-orders-of-closed-accounts.ts';

export interface CreateOrder {
  readonly userId: string;
  readonly ticketId: string;
  readonly expectedPrice?: number | undefined;
  readonly expectedVersion?: number | undefined;
  readonly request?: IdempotentRequest | undefined;
  /** Called with the order's id right before the order is inserted. */
  readonly beginWait?: (orderId: string) => void;
  readonly trace: Trace;
}

/** Inserts refused by a unique index for which the read afterwards found no cause. */
const maxUnexplained = 3;
/** How long a request waits for a copy as new as what the buyer was shown. */
const copyTimeoutMs = 2_000;
const copyRetryDelayMs = 100;

/**
 * Holds a ticket for a buyer. A unique index on the orders that keep their tickets lets one buyer through, another one
 * on the slots of an account limits its holds; `tickets` then confirms the hold against its own document.
 * @throws BadRequestError, ConflictError, NotFoundError, and NotAuthorizedError if the account has been closed meanwhile,
 *   which ends the order.
 */
export const createOrder = async (deps: Deps, request: CreateOrder): Promise<OrderDocument> => {
  const ticket = await readTicket(deps, request);
  const now = deps.now();
  checkOrderable(ticket, request, now);
  const { id, title, price, version, revision, category, startsAt, timeZone, venue, city } = ticket;
  const { section, row, seat, delivery } = ticket;
  const order = {
    _id: deps.newId(),
    userId: request.userId,
    sellerId: ticket.userId,
    status: 'created' as const,
    expiresAt: holdEnd(ticket, now, deps.windowSeconds),
    price,
    ...(request.expectedPrice === undefined ? {} : { expectedPrice: request.expectedPrice }),
    currency: deps.currency.code,
    eventId: ticket.eventId ?? eventIdOf(ticket),
    ticket: {
      id,
      title,
      price,
      version,
      revision,
      ...(category === undefined ? {} : { category }),
      ...(startsAt === undefined ? {} : { startsAt }),
      ...(timeZone === undefined ? {} : { timeZone }),
      ...(venue === undefined ? {} : { venue }),
      ...(city === undefined ? {} : { city }),
      ...(section === undefined ? {} : { section }),
      ...(row === undefined ? {} : { row }),
      ...(seat === undefined ? {} : { seat }),
      ...(delivery === undefined ? {} : { delivery }),
    },
    keepsTicket: true,
    createdAt: now,
    history: [{ status: 'created' as const, at: now }],
  };
  const creation = creationOf(request.request, order, now);
  request.beginWait?.(order._id);
  let slot = randomInt(deps.maxLiveHolds);
  for (let unexplained = 0; unexplained < maxUnexplained;) {
    try {
      const made = await deps.orderStore.insert({ ...order, ...creation, slot }, orderCreated, request.trace);
      if (!(await deps.closedAccounts.has(request.userId))) return made;
      await endOrdersOf(deps, { userIds: [request.userId], trace: request.trace });
      throw new NotAuthorizedError();
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    // The error does not always name its index, so the orders are read.
    const { isKept, slots } = await deps.loadHolds(request);
    if (isKept) throw new BadRequestError('Ticket is already reserved');
    const free = freeSlots(deps.maxLiveHolds, slots);
    if (free.length === 0) throw new BadRequestError(`You already hold ${deps.maxLiveHolds} tickets`);
    if (free.includes(slot)) unexplained += 1;
    slot = free[randomInt(free.length)] ?? slot;
  }
  throw new ServiceUnavailableError();
};

/** The copy of the ticket, which may be older than what the buyer was shown: then its event is on the way. */
const readTicket = async (deps: Deps, { ticketId, expectedVersion = 0 }: CreateOrder): Promise<TicketState> => {
  for (let waited = 0; ; waited += copyRetryDelayMs) {
    const copy = await deps.loadTicket(ticketId);
    if (copy === null || copy.ticket.withdrawnAt !== undefined) throw new NotFoundError('Ticket not found');
    const { currency = deps.currency.code } = copy.ticket;
    // The services were started with different settings: the price would be read in the wrong currency.
    if (currency !== deps.currency.code)
      throw new Error(`Ticket ${ticketId} is priced in ${currency}, but CURRENCY is ${deps.currency.code}`);
    if (copy.ticket.version >= expectedVersion) return copy.ticket;
    if (waited >= copyTimeoutMs) throw new ConflictError(listingChanged);
    await delay(copyRetryDelayMs);
  }
};
