import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';
import { linkTo, type LinkContext } from './link-context.ts';

/** To an account whose password somebody has forgotten. */
export const resetPassword = defineMail<Record<string, never>, LinkContext>({
  name: 'reset-password',
  data: z.strictObject({}),
  write: (_data, context) => ({
    subject: 'Choose a new password',
    body: [
      { paragraph: `Somebody has asked for a new password for your account at ${context.publicUrl.host}.` },
      { button: 'Choose a new password', path: linkTo('reset-password', context) },
      {
        paragraph: 'The link works once, for an hour. A new password signs out every device and removes your passkeys.',
      },
      { paragraph: 'If it was not you, ignore this mail: your password stays as it is.' },
    ],
  }),
});
