import { copyHolders, type AccountCopyRecord, type AccountRecord } from '../sources/accounts.ts';
import { checkEach, finding, type Check } from './check.ts';

const problemOf = (account: AccountRecord, copy: AccountCopyRecord | undefined): string | undefined => {
  const { id, version, closedAt, emailKey, isVerified } = account;
  if (copy === undefined) return `no copy of account ${id}, which is in version ${version}`;
  if (copy.version !== version) return `account ${id} in version ${copy.version}, the account is in ${version}`;
  const isMailed = copy.service === 'notifications' && closedAt === undefined;
  if (copy.emailKey !== (isMailed ? emailKey : undefined))
    return closedAt === undefined ? `another e-mail of account ${id}` : `an e-mail of account ${id}, which is closed`;
  return copy.isVerified === isVerified ? undefined : `another verification of account ${id}`;
};

export const accountCopiesAreTrue: Check = {
  name: 'account-copies-are-true',
  rule: 'The copies of an account in notifications and payments are never newer than the account, and equal once no event is pending; only notifications has its e-mail, until it is closed.',
  isEventual: true,
  run: ({ accounts, accountCopies, hasAllAccounts }) => {
    const copies = new Map(accountCopies.map((copy) => [`${copy.service} ${copy.id}`, copy]));
    const untrue = checkEach(
      accounts.flatMap((account) => copyHolders.map((service) => ({ account, service }))),
      ({ account, service }) => {
        const problem = problemOf(account, copies.get(`${service} ${account.id}`));
        return problem === undefined ? undefined : finding(`${service} has ${problem}`, account.id);
      },
    );
    const ids = new Set(accounts.map(({ id }) => id));
    // Closed accounts keep their documents.
    const ofNobody = accountCopies
      .filter(({ id }) => hasAllAccounts && !ids.has(id))
      .map(({ service, id }) => finding(`${service} has a copy of account ${id}, which does not exist`, id));
    return { checked: untrue.checked, findings: [...untrue.findings, ...ofNobody] };
  },
};
