import { ticketFilePath } from '../lib/api/marketplace.ts';
import type { Ticket } from '../lib/api/schemas.ts';
import { sellerFile } from '../lib/delivery-labels.ts';
import { Notice } from './notice.tsx';
import { PageLink } from './page-link.tsx';
import { UploadTicketFile } from './upload-ticket-file.tsx';
import type { PostForm } from './use-form.ts';

/** The file of the user's own ticket: what has become of it, and the form to upload one while that is possible. */
export const SellerFile = ({
  post,
  ticket,
  deliveryHours,
  justUploaded,
  needsPayouts,
}: {
  readonly post: PostForm;
  readonly ticket: Ticket;
  readonly deliveryHours: number;
  readonly justUploaded: boolean;
  /** The seller has no account yet to which the money can be paid. */
  readonly needsPayouts: boolean;
}) => {
  const file = sellerFile(ticket, deliveryHours);
  if (file === undefined) return null;
  const { title, text, action } = file;
  return (
    <section
      id="ticket-file"
      className="panel mt-6 grid scroll-mt-4 gap-4 p-5"
      aria-labelledby="ticket-file-title"
      data-testid="ticket-file"
    >
      <h2 id="ticket-file-title" className="text-xl font-semibold">
        {title}
      </h2>
      {justUploaded && ticket.delivery === 'instant' && (
        <Notice variant="success">
          <p>{ticket.deliveredAt === undefined ? 'Your file is stored.' : 'The ticket is delivered.'}</p>
          {needsPayouts && (
            <p>
              Next:{' '}
              <PageLink href="/sales#payouts" className="underline">
                set up payouts
              </PageLink>
              , so that you get the money.
            </p>
          )}
        </Notice>
      )}
      <p className="max-w-prose text-muted">{text}</p>
      {action === 'replace' && (
        <p>
          <a href={ticketFilePath(ticket.id)} download className="link inline-flex min-h-11 items-center">
            Download your file
          </a>
        </p>
      )}
      {action !== undefined && <UploadTicketFile post={post} ticketId={ticket.id} action={action} />}
    </section>
  );
};
