import { ConflictError } from '@ticketing/common/errors';
import { sessionsEnded, userClosed, type Trace } from '@ticketing/common/events';
import { replacedMail, replaceMail } from '@ticketing/common/mail';
import type { Deps } from '../deps.ts';
import { endedSessions, sessionCutoff, sessionsAsRead } from '../domain/sessions.ts';
import { accountClosed } from '../mails/account-closed.ts';
import { emailChanged } from '../mails/email-changed.ts';
import { passwordChanged } from '../mails/password-changed.ts';
import type { UserDocument } from '../models/open-models.ts';
import { removePasskeys } from './remove-passkey.ts';
import { requirePassword } from './require-password.ts';

const limit = 100;

/**
 * Mails that are sent although the account is closed: whoever has taken it over must not silence what tells its owner,
 * perhaps at an earlier address, while the mail server is away.
 */
const keptMails = [accountClosed.name, passwordChanged.name, emailChanged.name];

/**
 * Closes an account for good: one write removes its e-mail and password, ends its sessions and mails the owner. Its document
 * stays, under the id alone, so that no late event makes it again.
 * @throws WrongPasswordError, ConflictError after a concurrent change.
 */
export const closeAccount = async (
  deps: Deps,
  { userId, password, trace }: { readonly userId: string; readonly password: string; readonly trace: Trace },
): Promise<void> => {
  const checked = await requirePassword(deps, { userId, password, field: 'password' });
  const { email, passwordHash } = checked;
  const unchanged = { _id: userId, passwordHash, email, closedAt: { $exists: false } };
  for (let user: UserDocument | null = checked; user !== null; user = await deps.users.findOne(unchanged)) {
    const at = sessionCutoff(deps.now(), user);
    const mail = accountClosed.mail({ about: userId, userId, to: email, at, data: {} });
    const closed = await deps.userStore.change({
      // Unless somebody has signed in meanwhile, or ended other sessions.
      filter: { ...unchanged, ...sessionsAsRead(user) },
      set: {
        // No address, and unique: the release before finds no account by it, and its index lets it through.
        email: `closed:${userId}`,
        passwordHash: '',
        closedAt: at,
        cleanUpDue: true,
        sessionsFrom: at,
        mail: replaceMail(mail, { except: keptMails }),
        droppedMail: replacedMail({ except: keptMails }),
      },
      unset: ['emailVerified', 'keptSession', 'verifyLink', 'changeLink', 'resetLink'],
      event: userClosed,
      sideEvent: { event: sessionsEnded, data: endedSessions(userId, { before: at }) },
      trace,
    });
    if (closed === null) continue;
    deps.mail.sendSoon();
    deps.workSoon();
    return;
  }
  throw new ConflictError('The account has changed meanwhile');
};

/** Deletes what else is kept of closed accounts, and the passkeys that ended with a reset. */
export const cleanUpAccounts = async (deps: Deps): Promise<void> => {
  const due = await deps.users
    .find({ cleanUpDue: true }, { projection: { closedAt: 1, passkeysFrom: 1, droppedMail: 1 }, limit })
    .toArray();
  for (const { _id: userId, closedAt, passkeysFrom, droppedMail = [] } of due) {
    if (closedAt === undefined) await removePasskeys(deps, userId, passkeysFrom);
    else {
      // Their endings are published with the account's.
      await deps.sessions.deleteMany({ userId });
      await removePasskeys(deps, userId);
      await deps.mail.forgetUser(userId, { except: keptMails, pending: droppedMail.map(({ id }) => id) });
    }
    // Unless it became due again meanwhile.
    await deps.users.updateOne(
      { _id: userId, closedAt: closedAt ?? { $exists: false }, passkeysFrom: passkeysFrom ?? { $exists: false } },
      { $unset: { cleanUpDue: true, droppedMail: true } },
    );
  }
};
