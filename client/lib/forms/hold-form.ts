import { createOrder, getTicket } from '../api/marketplace.ts';
import { priceLabel } from '../money.ts';
import { failed, fieldOf, goTo, outdated, refuse, type FormOperation } from './form-state.ts';
import { keyedForm, sendKeyed } from './keyed-form.ts';

/** How long a request is retried while the orders service has no current copy of the listing. */
const timeoutMs = 2_000;
const retryDelayMs = 250;

/**
 * Holds the ticket as the buyer saw it. If its seller has changed it, the state has the new `expectedVersion`, and the
 * new `expectedPrice` if that has changed, for the buyer to confirm.
 */
export const holdForm: FormOperation = keyedForm(async (deps, form) => {
  const ticketId = fieldOf(form, 'ticketId');
  const expectedPrice = Number(fieldOf(form, 'expectedPrice'));
  const expectedVersion = Number(fieldOf(form, 'expectedVersion'));
  for (let waited = 0; ; waited += retryDelayMs) {
    const result = await sendKeyed(form, (key) =>
      createOrder(deps.api, { ticketId, expectedPrice, expectedVersion }, key),
    );
    if (result.ok) return goTo(`/orders/${encodeURIComponent(result.data.id)}`);
    const { failure } = result;
    if (failure.status !== 404 && failure.status !== 409) {
      return failed(failure, `/tickets/${encodeURIComponent(ticketId)}`);
    }
    if (failure.status === 409) {
      const ticket = await getTicket(deps.api, ticketId);
      if (ticket.ok && ticket.data.price !== expectedPrice) {
        const [before, now] = [priceLabel({ ...ticket.data, price: expectedPrice }), priceLabel(ticket.data)];
        return outdated(`The seller has changed the price from ${before} to ${now}.`, {
          expectedPrice: String(ticket.data.price),
          expectedVersion: String(ticket.data.version),
        });
      }
      if (ticket.ok && ticket.data.version > expectedVersion) {
        return outdated('The seller has changed this listing. Please look at it again.', {
          expectedVersion: String(ticket.data.version),
        });
      }
    }
    if (waited >= timeoutMs) {
      return refuse([
        {
          message:
            failure.status === 404
              ? 'This ticket is still being published. Please try again in a moment.'
              : 'The seller is changing this listing at the moment. Please try again.',
        },
      ]);
    }
    await deps.wait(retryDelayMs);
  }
});
