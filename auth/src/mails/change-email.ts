import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';
import { linkTo, type LinkContext } from './link-context.ts';

/** To the new address of an account whose owner wants to change it. */
export const changeEmail = defineMail<Record<string, never>, LinkContext>({
  name: 'change-email',
  data: z.strictObject({}),
  write: (_data, context) => ({
    subject: 'Confirm your new e-mail address',
    body: [
      { paragraph: `Confirm that your account at ${context.publicUrl.host} is to have this e-mail address:` },
      { button: 'Use this e-mail address', path: linkTo('verify-email', context) },
      { paragraph: 'The link works for a day. Until you follow it, your account keeps the old address.' },
      { paragraph: 'If you have not asked for this, ignore this mail.' },
    ],
  }),
});
