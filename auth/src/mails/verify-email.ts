import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';
import { linkTo, type LinkContext } from './link-context.ts';

/** To a new account, and when its owner asks again. */
export const verifyEmail = defineMail<Record<string, never>, LinkContext>({
  name: 'verify-email',
  data: z.strictObject({}),
  write: (_data, context) => ({
    subject: 'Confirm your e-mail address',
    body: [
      { paragraph: `You have an account at ${context.publicUrl.host}. Confirm that this e-mail address is yours:` },
      { button: 'Confirm my e-mail address', path: linkTo('verify-email', context) },
      { paragraph: 'The link works for a day. Until then you can buy and list tickets; payouts wait for it.' },
      { paragraph: 'If you have not signed up, ignore this mail.' },
    ],
  }),
});
