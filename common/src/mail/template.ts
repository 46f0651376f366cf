import type { z } from 'zod';
import type { MailContent } from './content.ts';
import type { PendingMail } from './mail-job.ts';

/** What every template is given besides its data. */
export interface MailContext {
  readonly publicUrl: URL;
  /** The job's id: a link made of it is the same in a mail that is sent again. */
  readonly jobId: string;
}

/** What a mail is about, and to whom it goes. */
export interface MailCause<Data> {
  /** The aggregate's id and, if it can cause the same mail again, the fact: one mail each. */
  readonly about: string;
  readonly userId: string;
  readonly to: string;
  /** When it happened. */
  readonly at: Date;
  readonly sendAt?: Date;
  readonly data: Data;
}

/** A template with a given context, whatever its data. */
export interface AnyMailTemplate<Context> {
  readonly name: string;
  /** @throws when the stored data is not this template's. */
  write(data: unknown, context: MailContext & Context): Promise<MailContent>;
}

export interface MailTemplate<Data, Context> extends AnyMailTemplate<Context> {
  /** The mail for a cause; it is sent once it is enqueued. */
  mail(cause: MailCause<Data>): PendingMail;
  /** The id of that mail. */
  idOf(about: string): string;
}

/**
 * Defines a mail: `data` is stored with the job, so it holds no secret, and `write` runs when the mail is sent. A link's
 * secret is made there.
 */
export const defineMail = <Data extends Readonly<Record<string, unknown>>, Context = unknown>(definition: {
  readonly name: string;
  readonly data: z.ZodType<Data>;
  readonly write: (data: Data, context: MailContext & Context) => MailContent | Promise<MailContent>;
}): MailTemplate<Data, Context> => {
  const idOf = (about: string): string => `${definition.name}:${about}`;
  return {
    name: definition.name,
    idOf,
    mail: ({ about, ...rest }) => ({ id: idOf(about), template: definition.name, ...rest }),
    write: async (data, context) => definition.write(definition.data.parse(data), context),
  };
};
