import { defineMail } from '@ticketing/common/mail';
import { z } from 'zod';

export const passwordChanged = defineMail({
  name: 'password-changed',
  data: z.strictObject({}),
  write: (_data, { publicUrl }) => ({
    subject: 'Your password was changed',
    body: [
      { paragraph: `The password of your account at ${publicUrl.host} was changed. Other devices are signed out.` },
      { paragraph: 'If it was not you, choose a new password at once, and look at the devices that are signed in:' },
      { button: 'Choose a new password', path: '/forgot-password' },
    ],
  }),
});
