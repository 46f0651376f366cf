import { BadRequestError } from '@ticketing/common/errors';
import { addMail } from '@ticketing/common/mail';
import type { Deps } from '../deps.ts';
import { newLink } from '../domain/links.ts';
import { verifyEmail } from '../mails/verify-email.ts';

/** The link that verifies the e-mail of an account, and the mail with it. */
export const verification = (userId: string, email: string, now: Date) => {
  const link = newLink('verify-email', now);
  return { link, mail: verifyEmail.mail({ about: `${userId}:${link.fact}`, userId, to: email, at: now, data: {} }) };
};

/** Sends another link, which replaces earlier ones. @throws BadRequestError when the e-mail is verified. */
export const sendVerification = async (
  deps: Pick<Deps, 'loadUser' | 'users' | 'now' | 'mail'>,
  userId: string,
): Promise<void> => {
  for (let isStored = false; !isStored;) {
    const user = await deps.loadUser(userId);
    if (user === null || user.closedAt !== undefined || user.emailVerified === true) {
      throw new BadRequestError('Already verified');
    }
    const { link, mail } = verification(userId, user.email, deps.now());
    // Unless the e-mail has changed or been verified meanwhile.
    const { matchedCount } = await deps.users.updateOne(
      { _id: userId, email: user.email, emailVerified: { $ne: true } },
      [{ $set: { verifyLink: { $literal: link }, mail: addMail(mail).value } }],
    );
    isStored = matchedCount === 1;
  }
  deps.mail.sendSoon();
};
