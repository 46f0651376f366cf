import { mailJobs, type MailJob } from '@ticketing/common/mail';
import { openStore, type StoreDeps } from '@ticketing/common/messaging';
import { createLoader } from '@ticketing/common/mongo';
import { operatorActions, operatorRequests, type OperatorRequest } from '@ticketing/common/operator';
import { resetRequests, type ResetRequest } from './reset-request.ts';
import { passkeyChallenges, type PasskeyChallenge } from './passkey-challenge.ts';
import { passkeys, type PasskeyDocument } from './passkey.ts';
import { sessions } from './session.ts';
import { users } from './user.ts';

export type { SessionDocument } from './session.ts';
export type { UserDocument } from './user.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [
  users,
  sessions,
  operatorRequests,
  operatorActions,
  resetRequests,
  passkeys,
  passkeyChallenges,
  mailJobs,
];

export const openModels = (service: StoreDeps) => {
  const userStore = openStore(users, service);
  const sessionStore = openStore(sessions, service);
  return {
    userStore,
    /** For reading; every change goes through `userStore`. */
    users: userStore.collection,
    sessionStore,
    /** For reading, beginning a session and noting its use; it is ended through `sessionStore`. */
    sessions: sessionStore.collection,
    mailJobs: service.database.collection<MailJob>(mailJobs.name),
    operatorRequests: service.database.collection<OperatorRequest>(operatorRequests.name),
    resetRequests: service.database.collection<ResetRequest>(resetRequests.name),
    passkeys: service.database.collection<PasskeyDocument>(passkeys.name),
    passkeyChallenges: service.database.collection<PasskeyChallenge>(passkeyChallenges.name),
    /** Concurrent calls share a query. */
    loadUser: createLoader((ids) =>
      userStore.collection
        .find({ _id: { $in: ids } }, { projection: { outbox: 0, passwordHash: 0, mail: 0 } })
        .toArray(),
    ),
    loadSession: createLoader((ids) =>
      sessionStore.collection.find({ _id: { $in: ids } }, { projection: { outbox: 0 } }).toArray(),
    ),
  };
};
