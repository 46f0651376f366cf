import { z } from 'zod';
import { url } from '../service/config.ts';

/** `Name <address>` or an address alone. Line breaks would be header lines of their own. */
const senderShape = /^(?:"?([^"<>\r\n]*?)"?\s*<([^\s<>@]+@[^\s<>@]+)>|([^\s<>@]+@[^\s<>@]+))$/;

/** Settings of services that send mail. */
export const mailEnv = {
  SMTP_URL: url('smtp', 'smtps').describe(
    'Mail server: `smtps://`, or `smtp://` with STARTTLS, without which no mail is sent except to loopback or with `?requireTLS=false`',
  ),
  MAIL_FROM: z
    .string()
    .transform((text, context) => {
      const [, name = '', named, alone] = senderShape.exec(text.trim()) ?? [];
      const address = named ?? alone;
      if (address === undefined) context.addIssue('must be an address, or a name and an address: Name <address>');
      return address === undefined ? z.NEVER : { name, address };
    })
    .describe('Sender of the mails: an address, or `Name <address>`'),
} as const;

export type Sender = z.output<typeof mailEnv.MAIL_FROM>;
