import type { PendingMail } from '@ticketing/common/mail';

/** A mail that is due to a user, whose address is still to be found. */
export interface DueMail {
  readonly userId: string;
  /** When what it reports happened. */
  readonly at: Date;
  readonly mailTo: (to: string) => PendingMail;
}
