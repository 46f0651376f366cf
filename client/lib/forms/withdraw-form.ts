import { withdrawTicket } from '../api/marketplace.ts';
import { failed, fieldOf, goTo, type FormOperation } from './form-state.ts';

export const withdrawForm: FormOperation = async (deps, form) => {
  const ticketId = fieldOf(form, 'ticketId');
  const ticketPath = `/tickets/${encodeURIComponent(ticketId)}`;
  const result = await withdrawTicket(deps.api, ticketId);
  return result.ok ? goTo(ticketPath) : failed(result.failure, ticketPath);
};
