import { createHmac, timingSafeEqual } from 'node:crypto';

/** Accounts in one cookie, the latest first. */
const maxAccounts = 5;

/** A device is known for a year after it has signed in. Browsers keep no cookie for longer than 400 days. */
export const knownDeviceMs = 365 * 24 * 60 * 60 * 1000;

/**
 * Remembers in a signed cookie which accounts a browser has signed in to before, so that failures of strangers do not lock
 * their owner out. One entry per account: hash of the e-mail, time of the sign-in, signature. Entries are not stored, so a device
 * cannot be told apart from others of its account.
 *
 * @see https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
 */
export interface KnownDevices {
  /** A keyed hash, which counters and cookies hold in place of the e-mail. */
  readonly hash: (email: string) => string;
  /** When the browser last signed in to this account, in the last year. */
  readonly signedInAt: (cookie: string | undefined, email: string) => Date | undefined;
  /** The cookie after a sign-in. */
  readonly remember: (cookie: string | undefined, email: string) => string;
}

const accountIn = (entry: string): string => entry.split('.', 1)[0] ?? '';
const timeIn = (entry: string): number => Number(entry.split('.')[1]);

/** Hashes and signs with one key. */
const createSigner = (key: string) => {
  const secret = createHmac('sha256', key).update('known devices').digest();
  const mac = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url').slice(0, 24);
  return {
    hash: (email: string): string => mac(`account ${email}`),
    sign: (account: string, signedInAt: string): string =>
      `${account}.${signedInAt}.${mac(`signed in ${account} ${signedInAt}`)}`,
  };
};

/** `keys` is JWT_KEY: the first signs, all verify. The signatures are not those of sessions. */
export const createKnownDevices = (keys: readonly string[], now: () => Date): KnownDevices => {
  const signers = keys.map(createSigner);
  const [current] = signers;
  if (current === undefined) throw new TypeError('no key to sign devices with');

  const isSigned = (entry: string): boolean => {
    const [account = '', signedInAt = ''] = entry.split('.');
    const given = Buffer.from(entry);
    return signers.some(({ sign }) => {
      const right = Buffer.from(sign(account, signedInAt));
      return given.length === right.length && timingSafeEqual(given, right);
    });
  };
  const isValid = (entry: string): boolean => isSigned(entry) && now().getTime() - timeIn(entry) < knownDeviceMs;
  const entriesOf = (cookie: string | undefined): string[] =>
    (cookie ?? '').split('~').slice(0, maxAccounts).filter(isValid);
  const isOf = (email: string) => {
    const accounts = signers.map(({ hash }) => hash(email));
    return (entry: string): boolean => accounts.includes(accountIn(entry));
  };

  return {
    hash: current.hash,
    signedInAt: (cookie, email) => {
      const entry = entriesOf(cookie).find(isOf(email));
      return entry === undefined ? undefined : new Date(timeIn(entry));
    },
    remember: (cookie, email) => {
      const isSame = isOf(email);
      const others = entriesOf(cookie).filter((entry) => !isSame(entry));
      const own = current.sign(current.hash(email), String(now().getTime()));
      return [own, ...others].slice(0, maxAccounts).join('~');
    },
  };
};
