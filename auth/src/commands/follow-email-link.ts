import { BadRequestError } from '@ticketing/common/errors';
import { userUpdated, type Trace } from '@ticketing/common/events';
import { addMail } from '@ticketing/common/mail';
import { isDuplicateKey } from '@ticketing/common/mongo';
import type { Deps } from '../deps.ts';
import { LinkError } from '../domain/link-error.ts';
import type { LinkToken } from '../domain/links.ts';
import { emailChanged } from '../mails/email-changed.ts';
import type { UserDocument } from '../models/open-models.ts';

/**
 * Applies a mailed link: verifies the account's e-mail address, or changes it to the one that the link was sent to.
 * @throws LinkError, and BadRequestError when the new address now belongs to another account.
 */
export const followEmailLink = async (
  deps: Deps,
  { token, trace }: { readonly token: string; readonly trace: Trace },
): Promise<UserDocument> => {
  const link = deps.links.read(token);
  const user =
    link?.purpose === 'verify-email'
      ? await verify(deps, link, trace)
      : link?.purpose === 'change-email'
        ? await change(deps, link, trace)
        : null;
  if (user === null) throw new LinkError();
  return user;
};

const verify = (deps: Deps, { userId, fact }: LinkToken, trace: Trace): Promise<UserDocument | null> =>
  deps.userStore.change({
    filter: { _id: userId, 'verifyLink.fact': fact, 'verifyLink.expiresAt': { $gt: deps.now() } },
    set: { emailVerified: true },
    unset: ['verifyLink'],
    event: userUpdated,
    trace,
  });

const change = async (deps: Deps, { userId, fact }: LinkToken, trace: Trace): Promise<UserDocument | null> => {
  const at = deps.now();
  const user = await deps.users.findOne({
    _id: userId,
    'changeLink.fact': fact,
    'changeLink.expiresAt': { $gt: at },
  });
  if (user?.changeLink === undefined) return null;
  const { email } = user.changeLink;
  const mailTo = (to: string, isOldAddress: boolean) =>
    emailChanged.mail({
      about: `${userId}:${fact}:${isOldAddress ? 'old' : 'new'}`,
      userId,
      to,
      at,
      data: { isOldAddress },
    });
  try {
    const changed = await deps.userStore.change({
      filter: { _id: userId, email: user.email, 'changeLink.fact': fact },
      set: { email, emailVerified: true, mail: addMail(mailTo(user.email, true), mailTo(email, false)) },
      // The link is used up; the others were mailed to the old address.
      unset: ['changeLink', 'verifyLink', 'resetLink'],
      event: userUpdated,
      trace,
    });
    deps.mail.sendSoon();
    return changed;
  } catch (error) {
    if (isDuplicateKey(error)) throw new BadRequestError('Email in use', 'email');
    throw error;
  }
};
