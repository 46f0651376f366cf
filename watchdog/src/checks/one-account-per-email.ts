import { checkGroups, finding, type Check } from './check.ts';

export const oneAccountPerEmail: Check = {
  name: 'one-account-per-email',
  rule: 'No two accounts have the same e-mail, in whatever case.',
  run: ({ accountsByEmail }) =>
    checkGroups(accountsByEmail, (_email, accounts) => {
      const ids = accounts.map(({ id }) => id).toSorted();
      return ids.length < 2 ? undefined : finding(`accounts ${ids.join(', ')} have the same e-mail`, ...ids);
    }),
};
