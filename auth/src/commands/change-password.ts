import { BadRequestError, ConflictError } from '@ticketing/common/errors';
import { sessionsEnded, userUpdated, type Trace } from '@ticketing/common/events';
import type { CurrentUser } from '@ticketing/common/http';
import { addMail } from '@ticketing/common/mail';
import { expression } from '@ticketing/common/messaging';
import type { Deps } from '../deps.ts';
import { LinkError } from '../domain/link-error.ts';
import { passwordProblem } from '../domain/new-password.ts';
import { endedSessions, isLive, sessionCutoff, sessionsAsRead } from '../domain/sessions.ts';
import { passwordChanged } from '../mails/password-changed.ts';
import type { UserDocument } from '../models/open-models.ts';
import { requirePassword } from './require-password.ts';

interface NewPassword {
  readonly user: UserDocument;
  /** Normalised. */
  readonly password: string;
  /** The condition that still holds if nothing has changed meanwhile. */
  readonly condition:
    | { readonly passwordHash: string }
    | { readonly 'resetLink.fact': string; readonly 'resetLink.expiresAt': { readonly $gt: Date } };
  /** The session that goes on, unless it has ended meanwhile; without one the passkeys end too. */
  readonly kept?: CurrentUser;
  readonly trace: Trace;
}

/** One write: the new password, the end of the sessions, and the mail to the owner. Returns whether the condition held. */
const setPassword = async (
  deps: Deps,
  { password, condition, kept, trace, ...checked }: NewPassword,
): Promise<boolean> => {
  const passwordHash = await deps.passwordHasher.hash(password);
  const { _id } = checked.user;
  const unchanged = { ...condition, _id, closedAt: { $exists: false } };
  for (let user: UserDocument | null = checked.user; user !== null;) {
    const { email }: UserDocument = user;
    const except = kept !== undefined && isLive(kept, user, null) ? kept.sid : undefined;
    const at = sessionCutoff(deps.now(), user);
    const mail = passwordChanged.mail({ about: `${_id}:${at.getTime()}`, userId: _id, to: email, at, data: {} });
    const changed = await deps.userStore.change({
      // The owner is told at the present e-mail.
      filter: { ...unchanged, email, ...sessionsAsRead(user) },
      set: {
        passwordHash,
        passwordChangedAt: at,
        sessionsFrom: at,
        keptSession: expression(except === undefined ? '$$REMOVE' : { $literal: except }),
        mail: addMail(mail),
        // Somebody else may have added a passkey, if the owner had to prove the e-mail.
        ...(kept === undefined ? { passkeysFrom: at, cleanUpDue: true } : {}),
      },
      // Links from before the change must not undo it.
      unset: ['resetLink', 'changeLink'],
      event: userUpdated,
      sideEvent: { event: sessionsEnded, data: endedSessions(_id, { before: at, except }) },
      trace,
    });
    if (changed !== null) {
      deps.mail.sendSoon();
      deps.workSoon();
      return true;
    }
    // Somebody may have signed in meanwhile, or ended other sessions.
    user = await deps.users.findOne(unchanged);
  }
  return false;
};

/** @throws WrongPasswordError, BadRequestError for a password that is refused, ConflictError after a concurrent change. */
export const changePassword = async (
  deps: Deps,
  request: {
    readonly session: CurrentUser;
    readonly currentPassword: string;
    readonly newPassword: string;
    readonly trace: Trace;
  },
): Promise<void> => {
  const { session, currentPassword, newPassword, trace } = request;
  const field = 'currentPassword';
  const user = await requirePassword(deps, { userId: session.id, password: currentPassword, field });
  const problem = passwordProblem(newPassword, user.email);
  if (problem !== undefined) throw new BadRequestError(problem, 'newPassword');
  const condition = { passwordHash: user.passwordHash };
  if (!(await setPassword(deps, { user, password: newPassword, condition, kept: session, trace }))) {
    throw new ConflictError('The password has changed meanwhile');
  }
};

/** @throws LinkError, and BadRequestError for a password that is refused, which does not use the link up. */
export const resetPassword = async (
  deps: Deps,
  { token, password, trace }: { readonly token: string; readonly password: string; readonly trace: Trace },
): Promise<UserDocument> => {
  const link = deps.links.read(token);
  if (link?.purpose !== 'reset-password') throw new LinkError();
  const condition = { 'resetLink.fact': link.fact, 'resetLink.expiresAt': { $gt: deps.now() } };
  const user = await deps.users.findOne({ ...condition, _id: link.userId, closedAt: { $exists: false } });
  if (user === null) throw new LinkError();
  const problem = passwordProblem(password, user.email);
  if (problem !== undefined) throw new BadRequestError(problem, 'password');
  if (!(await setPassword(deps, { user, password, condition, trace }))) throw new LinkError();
  return user;
};
