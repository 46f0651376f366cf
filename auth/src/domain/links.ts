import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const minuteMs = 60_000;

/** What a mailed link does, and for how long it works. The names are those of the mails. */
export const linkLifetimes = {
  'verify-email': 24 * 60 * minuteMs,
  'change-email': 24 * 60 * minuteMs,
  'reset-password': 60 * minuteMs,
} as const;

export type LinkPurpose = keyof typeof linkLifetimes;

/** The link of a purpose that counts at present; older ones do not. */
export interface Link {
  /** A random number of the request that made the link. */
  readonly fact: string;
  readonly expiresAt: Date;
}

export const newLink = (purpose: LinkPurpose, now: Date, fact = randomBytes(16).toString('hex')): Link => ({
  fact,
  expiresAt: new Date(now.getTime() + linkLifetimes[purpose]),
});

/** What a token proves: that its bearer has read the mail with this link. */
export interface LinkToken {
  readonly purpose: LinkPurpose;
  readonly userId: string;
  readonly fact: string;
}

/**
 * A link's token is the id of its mail job with a keyed hash: a mail that is sent again has the same link, and the database
 * does not hold what opens an account.
 */
export interface LinkTokens {
  readonly tokenOf: (jobId: string) => string;
  readonly read: (token: string) => LinkToken | undefined;
}

const isPurpose = (text: string): text is LinkPurpose => Object.hasOwn(linkLifetimes, text);

/** `key` is LINK_KEY. */
export const createLinkTokens = (key: string): LinkTokens => {
  const tokenOf = (jobId: string): string => `${jobId}.${createHmac('sha256', key).update(jobId).digest('base64url')}`;
  return {
    tokenOf,
    read: (token) => {
      const jobId = token.slice(0, token.lastIndexOf('.'));
      const [given, right] = [Buffer.from(token), Buffer.from(tokenOf(jobId))];
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const [purpose = '', userId = '', fact = ''] = jobId.split(':');
      return isPurpose(purpose) ? { purpose, userId, fact } : undefined;
    },
  };
};
