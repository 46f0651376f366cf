import { BadRequestError } from '@ticketing/common/errors';
import { newTrace } from '@ticketing/common/events';
import type { SecurityLog } from '@ticketing/common/http';
import type { OperatorRequest } from '@ticketing/common/operator';
import type { Deps } from '../deps.ts';
import { findTicket } from '../queries/get-ticket.ts';
import { withdrawTicket } from './withdraw-ticket.ts';

type Outcome = 'withdrawn' | 'held' | 'sold' | 'no_ticket' | 'unknown_action';

interface RequestDeps extends Deps {
  readonly securityLog: Pick<SecurityLog, 'recordOperator'>;
}

/** Withdraws a listing as its seller could. Returns the outcome; a repeat changes nothing. */
export const carryOutOperatorRequest = async (deps: RequestDeps, request: OperatorRequest): Promise<Outcome> => {
  const { _id, action, subject: ticketId = '', by } = request;
  // Of a command of another version.
  if (action !== 'withdraw') return 'unknown_action';
  const ticket = await findTicket(deps, ticketId);
  if (ticket === null) return 'no_ticket';
  const trace = newTrace(deps, _id);
  try {
    await withdrawTicket(deps, { ticketId, userId: ticket.userId, trace });
  } catch (error) {
    if (!(error instanceof BadRequestError)) throw error;
    return (await findTicket(deps, ticketId))?.availability === 'sold' ? 'sold' : 'held';
  }
  deps.securityLog.recordOperator({ event: 'listing_withdrawn', operator: by, subject: ticketId, trace });
  return 'withdrawn';
};
