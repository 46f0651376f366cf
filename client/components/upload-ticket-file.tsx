'use client';
import { fileTypes } from '@ticketing/tickets/file-shapes';
import { useRouter } from 'next/navigation';
import { splitErrors } from '../lib/forms/form-state.ts';
import { noCode, uploadedPath, uploadForm } from '../lib/forms/upload-form.ts';
import { control, Field } from './field.tsx';
import { ErrorList, Notice } from './notice.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

const labels = {
  add: 'Upload the file',
  replace: 'Replace the file',
  deliver: 'Deliver the ticket',
} as const;

/** Uploads the file of a ticket; also before JavaScript has loaded. */
export const UploadTicketFile = ({
  post,
  ticketId,
  action,
}: {
  readonly post: PostForm;
  readonly ticketId: string;
  readonly action: keyof typeof labels;
}) => {
  const router = useRouter();
  // The next page may show this form again: it begins anew.
  const onDone = () => {
    form.ref.current?.reset();
    router.push(uploadedPath(ticketId));
    router.refresh();
  };
  const { state, pending, form } = useForm(uploadForm, post, onDone);
  const { byField, general } = splitErrors(state.errors, ['file', noCode.name]);
  const file = {
    name: 'file',
    error: byField['file'],
    hint: 'PDF, PNG or JPEG of 5 MB at most, with the code that is scanned at the entrance',
  };
  const upload = (
    <form {...form} className="grid gap-4">
      <ErrorList messages={general} />
      {byField[noCode.name] !== undefined && (
        <Notice variant="error">
          <p className="font-semibold">No code could be read in this file.</p>
          <p>
            Most tickets have a QR code or a bar code, and without it nobody may get in. Choose the original PDF, or a
            sharper picture of the whole ticket.
          </p>
          <noscript>
            <p>If it really has no code, choose the file again and confirm that below.</p>
          </noscript>
        </Notice>
      )}
      <input type="hidden" name="ticketId" value={ticketId} />
      <Field {...file} label="PDF or picture of the ticket">
        <input {...control(file)} type="file" accept={fileTypes.join(',')} className="input input-file" />
      </Field>
      <SubmitButton pending={pending} pendingText="Uploading…">
        {labels[action]}
      </SubmitButton>
      {state.values[noCode.name] !== undefined && (
        <SubmitButton {...noCode} pending={pending} pendingText="Uploading…" variant="quiet">
          There is no code on it, upload it all the same
        </SubmitButton>
      )}
    </form>
  );
  if (action !== 'replace') return upload;
  return (
    <details open={state.errors.length > 0}>
      <summary className="link inline-block py-2">Replace it</summary>
      <div className="mt-2">{upload}</div>
    </details>
  );
};
