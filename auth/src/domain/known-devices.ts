import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** Accounts of one browser that are remembered, the last one first. */
const maxAccounts = 5;

/**
 * Remembers in a signed cookie which accounts a browser has signed in to before, so that failures of strangers do not lock
 * their owner out. One entry per account: hash of the e-mail, random id, signature.
 *
 * @see https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export interface KnownDevices {
  /** A keyed hash, which counters and cookies hold in place of the e-mail. */
  readonly hash: (email: string) => string;
  /** The id of a browser that has signed in to this account before. */
  readonly find: (cookie: string | undefined, email: string) => string | undefined;
  /** The cookie after a sign-in. */
  readonly remember: (cookie: string | undefined, email: string) => string;
}

const accountIn = (entry: string): string => entry.split('.', 1)[0] ?? '';

/** `key` is JWT_KEY; the signatures are not those of sessions. */
export const createKnownDevices = (key: string): KnownDevices => {
  const secret = createHmac('sha256', key).update('known devices').digest();
  const mac = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url').slice(0, 24);
  const hash = (email: string): string => mac(`account ${email}`);
  const sign = (account: string, id: string): string => `${account}.${id}.${mac(`device ${account} ${id}`)}`;

  const isGenuine = (entry: string): boolean => {
    const [account = '', id = ''] = entry.split('.');
    const [given, right] = [Buffer.from(entry), Buffer.from(sign(account, id))];
    return given.length === right.length && timingSafeEqual(given, right);
  };
  const entriesOf = (cookie: string | undefined): string[] =>
    (cookie ?? '').split('~').slice(0, maxAccounts).filter(isGenuine);

  return {
    hash,
    find: (cookie, email) =>
      entriesOf(cookie)
        .find((entry) => accountIn(entry) === hash(email))
        ?.split('.')[1],
    remember: (cookie, email) => {
      const others = entriesOf(cookie).filter((entry) => accountIn(entry) !== hash(email));
      return [sign(hash(email), randomBytes(12).toString('base64url')), ...others].slice(0, maxAccounts).join('~');
    },
  };
};
