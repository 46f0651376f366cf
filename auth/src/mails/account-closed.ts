import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';

/** The last mail of an account. */
export const accountClosed = defineMail({
  name: 'account-closed',
  data: z.strictObject({}),
  write: (_data, { publicUrl }) => ({
    subject: 'Your account is closed',
    body: [
      { paragraph: `Your account at ${publicUrl.host} is closed, and this e-mail address is deleted from it.` },
      {
        paragraph:
          'Your listings are withdrawn and your unpaid orders cancelled. Tickets that you have bought stay yours. A balance ' +
          'that is left is paid out by us.',
      },
      { paragraph: 'If it was not you, write to us by answering this mail.' },
    ],
  }),
});
