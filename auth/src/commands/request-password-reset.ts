import { addMail } from '@ticketing/common/mail';
import type { Deps } from '../deps.ts';
import { newLink } from '../domain/links.ts';
import { resetPassword } from '../mails/reset-password.ts';
import type { ResetRequest } from '../models/reset-request.ts';

const limit = 100;

/** Stores the request: the same work for an e-mail with an account and for one without. */
export const requestPasswordReset = async (deps: Deps, email: string): Promise<void> => {
  await deps.resetRequests.insertOne({ _id: deps.newId(), email, at: deps.now() });
  deps.workSoon();
};

/** Carries the stored requests out. The id of a request makes its link, so that a repetition makes the same. */
export const carryOutResetRequests = async (deps: Deps): Promise<void> => {
  const requests = await deps.resetRequests.find({}, { sort: { at: 1 }, limit }).toArray();
  for (const request of requests) {
    await carryOut(deps, request);
    await deps.resetRequests.deleteOne({ _id: request._id });
  }
  if (requests.length > 0) deps.mail.sendSoon();
};

const carryOut = async (deps: Deps, { _id, email, at }: ResetRequest): Promise<void> => {
  const user = await deps.users.findOne({ email }, { projection: { _id: 1 } });
  if (user === null) return;
  const link = newLink('reset-password', at, _id);
  const about = `${user._id}:${link.fact}`;
  const mail = resetPassword.mail({ about, userId: user._id, to: email, at, data: {} });
  // Another process may have carried this request out, or a later one, and its link may have been used: it must not come back.
  const isNew = {
    'resetLink.expiresAt': { $not: { $gte: link.expiresAt } },
    passwordChangedAt: { $not: { $gte: at } },
  };
  await deps.users.updateOne({ ...isNew, _id: user._id, email }, [
    { $set: { resetLink: { $literal: link }, mail: addMail(mail).value } },
  ]);
};
