import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';

/** To the old address and to the new one. The new one is not named: the mail may be read by somebody else than its owner. */
export const emailChanged = defineMail({
  name: 'email-changed',
  data: z.strictObject({ isOldAddress: z.boolean() }),
  write: ({ isOldAddress }, { publicUrl }) => ({
    subject: 'The e-mail address of your account was changed',
    body: [
      {
        paragraph: isOldAddress
          ? `Your account at ${publicUrl.host} has another e-mail address now. This one gets no more mail about it.`
          : `Your account at ${publicUrl.host} has this e-mail address now. Sign in with it from now on.`,
      },
      ...(isOldAddress
        ? [{ paragraph: 'If it was not you, somebody else has your password. Write to us by answering this mail.' }]
        : [{ button: 'See your account', path: '/account' }]),
    ],
  }),
});
