import { fileTypes, maxFileBytes } from '@ticketing/tickets/file-shapes';
import { uploadTicketFile } from '../api/marketplace.ts';
import { failed, fieldOf, goTo, refuse, type FormOperation, type FormState } from './form-state.ts';

/** Name and value of the button that confirms that a file has no code; the API's question for it has the same field. */
export const noCode = { name: 'confirm', value: 'no-code' } as const;

const ticketPath = (ticketId: string): string => `/tickets/${encodeURIComponent(ticketId)}`;
/** The ticket's page once its file is uploaded. */
export const uploadedPath = (ticketId: string): string => `${ticketPath(ticketId)}?uploaded=1#ticket-file`;

const fileOf = (form: FormData): File | undefined => {
  const file = form.get('file');
  // Without a choice, browsers send a file without a name.
  return file === null || typeof file === 'string' || file.name === '' ? undefined : file;
};

const problemOf = ({ size, type }: File): string | undefined => {
  if (size === 0) return 'This file is empty';
  if (size > maxFileBytes) return 'This file is larger than 5 MB';
  return fileTypes.some((known) => known === type) ? undefined : 'Only PDF, PNG and JPEG files can be uploaded';
};

/** Uploads the file of a ticket. Once the API has asked whether it really has no code, the form offers to confirm that. */
export const uploadForm: FormOperation = async (deps, form): Promise<FormState> => {
  const ticketId = fieldOf(form, 'ticketId');
  const hasNoCode = fieldOf(form, noCode.name) === noCode.value;
  const offered = { [noCode.name]: noCode.value };
  const values = hasNoCode ? offered : {};
  const file = fileOf(form);
  if (file === undefined) return refuse([{ field: 'file', message: 'Choose the file of the ticket' }], values);
  const problem = problemOf(file);
  if (problem !== undefined) return refuse([{ field: 'file', message: problem }], values);
  const result = await uploadTicketFile(deps.api, { ticketId, file, hasNoCode });
  if (result.ok) return goTo(uploadedPath(ticketId));
  const isAsked = result.failure.errors.some(({ field }) => field === noCode.name);
  return failed(result.failure, ticketPath(ticketId), isAsked ? offered : values);
};
