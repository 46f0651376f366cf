import { createOrder, getTicket } from '../api/marketplace.ts';
import { formatPrice } from '../money.ts';
import { failed, fieldOf, goTo, refuse, type FormOperation } from './form-state.ts';

/** How long a request is retried while the orders service has no current copy of the listing. */
const timeoutMs = 2_000;
const retryDelayMs = 250;

/**
 * Holds the ticket at the price that the buyer saw. If the price has changed, the state has the new one as
 * `expectedPrice`, for the buyer to confirm.
 */
export const holdForm: FormOperation = async (deps, form) => {
  const ticketId = fieldOf(form, 'ticketId');
  const expectedPrice = Number(fieldOf(form, 'expectedPrice'));
  for (let waited = 0; ; waited += retryDelayMs) {
    const result = await createOrder(deps.api, { ticketId, expectedPrice });
    if (result.ok) return goTo(`/orders/${encodeURIComponent(result.data.id)}`);
    const { failure } = result;
    if (failure.status !== 404 && failure.status !== 409) {
      return failed(failure, `/tickets/${encodeURIComponent(ticketId)}`);
    }
    if (failure.status === 409) {
      const ticket = await getTicket(deps.api, ticketId);
      if (ticket.ok && ticket.data.price !== expectedPrice) {
        const [before, now] = [formatPrice(expectedPrice), formatPrice(ticket.data.price)];
        return refuse([{ message: `The seller has changed the price from ${before} to ${now}.` }], {
          expectedPrice: String(ticket.data.price),
        });
      }
    }
    if (waited >= timeoutMs) {
      return refuse([
        {
          message:
            failure.status === 404
              ? 'This ticket is still being published. Please try again in a moment.'
              : 'The price is changing at this moment. Please try again.',
        },
      ]);
    }
    await deps.wait(retryDelayMs);
  }
};
