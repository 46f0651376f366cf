const notices = {
  'verification-sent': {
    variant: 'success',
    text: 'We have sent another link. It works for a day; earlier ones do not.',
  },
  'verification-not-sent': { variant: 'error', text: 'The mail could not be sent. Please try again in a few minutes.' },
  'password-changed': { variant: 'success', text: 'Your password is changed. Every other device is signed out.' },
  'email-requested': {
    variant: 'success',
    text: 'We have sent a link to the new address. Your email address changes once you have confirmed it there.',
  },
} as const;

type AccountNotice = keyof typeof notices;

/** The account page with a notice of what was done. */
export const accountPath = (notice: AccountNotice): string => `/account?notice=${notice}`;

const isNotice = (name: string): name is AccountNotice => Object.hasOwn(notices, name);

/** The notice that the account page's address names. */
export const accountNotice = (name = '') => (isNotice(name) ? notices[name] : undefined);
