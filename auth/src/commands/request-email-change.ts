import { BadRequestError } from '@ticketing/common/errors';
import { addMail } from '@ticketing/common/mail';
import type { Deps } from '../deps.ts';
import { newLink } from '../domain/links.ts';
import { changeEmail } from '../mails/change-email.ts';
import { requirePassword } from './require-password.ts';

/**
 * Mails a link to the new address; the e-mail changes when it is used.
 * @throws WrongPasswordError, and BadRequestError for an address that has an account.
 */
export const requestEmailChange = async (
  deps: Deps,
  { userId, email, password }: { readonly userId: string; readonly email: string; readonly password: string },
): Promise<void> => {
  for (let isStored = false; !isStored;) {
    const user = await requirePassword(deps, { userId, password, field: 'password' });
    if (email === user.email) throw new BadRequestError('This is your email already', 'email');
    if ((await deps.users.findOne({ email }, { projection: { _id: 1 } })) !== null) {
      throw new BadRequestError('Email in use', 'email');
    }
    const at = deps.now();
    const link = newLink('change-email', at);
    const mail = changeEmail.mail({ about: `${userId}:${link.fact}`, userId, to: email, at, data: {} });
    // Unless the password has changed meanwhile, or its hash was renewed: then it is checked again.
    const { matchedCount } = await deps.users.updateOne({ _id: userId, passwordHash: user.passwordHash }, [
      { $set: { changeLink: { $literal: { ...link, email } }, mail: addMail(mail).value } },
    ]);
    isStored = matchedCount === 1;
  }
  deps.mail.sendSoon();
};
