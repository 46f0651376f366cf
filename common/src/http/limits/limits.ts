/** A maximum number of requests in a window of time. */
export interface Rate {
  readonly limit: number;
  readonly seconds: number;
}

/** What a route allows. The window of each counter begins with its first request. */
export interface Limit {
  /** Requests from one address. */
  readonly address: Rate;
  /** Whether those of one address run a few at a time in each process. */
  readonly inTurn?: boolean;
  /** Requests of one account, or of one address where there is none. */
  readonly account?: Rate;
  /** Requests of one account that succeeded (2xx) or failed (400); others do not count. */
  readonly outcome?: Rate & { readonly counts: 'success' | 'failure' };
  /** Requests that succeeded, by the e-mail in the body, whoever sent them and whether it has an account or not. */
  readonly target?: Rate;
  /** The account is the one that the body names, whatever the session: a client may have any number of sessions. */
  readonly isNamedByBody?: true;
}

const per = (seconds: number) => (limit: number) => ({ limit, seconds });
const perMinute = per(60);
const perHour = per(60 * 60);

/** Enough for an office or a mobile network behind one address. */
const address = perMinute(1_500);
/** Enough for every retry of a person or a well-behaved program. */
const account = perMinute(300);

/** The limits by the names that the routes in each app.ts give; docs/bounds.md lists them. */
export const limits = {
  reading: { address, inTurn: true },
  /** Paths without a route. Not in turn: a client that sends a body slowly would delay reads of its address. */
  unknownPath: { address },
  writing: { address, account },
  listing: { address, account, outcome: { ...perHour(120), counts: 'success' } },
  ordering: { address, account, outcome: { ...perHour(60), counts: 'success' } },
  /** Each report is an event, and an operator reads it. */
  reporting: { address, account, outcome: { ...perHour(20), counts: 'success' } },
  /** Each document may take a process 0.2 s. */
  rendering: { address, account: perMinute(20), inTurn: true },
  /** Each reads as many index entries as the account has listings or sales. */
  summing: { address, account: perMinute(120), inTurn: true },
  /** Enough for every card of a buyer several times, too few to test a list of stolen cards. */
  paying: { address: perMinute(60), account: perMinute(30) },
  /** Each request makes a link to a page of Stripe's. */
  onboarding: { address: perMinute(60), account: perMinute(10) },
  signingUp: { address: perMinute(30), account: perMinute(10), isNamedByBody: true },
  /** Too few to guess a password. A right one does not count. */
  signingIn: { address: perMinute(60), outcome: { ...perMinute(10), counts: 'failure' }, isNamedByBody: true },
  /**
   * In place of `signingIn`, apart from strangers: the requests of all known devices together, the failures of each. Right
   * passwords count too, since each takes a hash to check.
   */
  signingInFromKnownDevice: {
    address: perMinute(300),
    account: perMinute(60),
    outcome: { ...perMinute(10), counts: 'failure' },
    isNamedByBody: true,
  },
  /** Mails the account of the session. */
  mailing: { address: perMinute(60), account: perMinute(10), outcome: { ...perHour(10), counts: 'success' } },
  /** Mails the e-mail in the body, which may be a stranger's. Also too few to guess the password. */
  changingEmail: {
    address: perMinute(60),
    account: perMinute(10),
    outcome: { ...perHour(10), counts: 'success' },
    target: perHour(5),
  },
  /** By the e-mail in the body, whether it has an account or not. */
  resetting: { address: perMinute(30), outcome: { ...perHour(5), counts: 'success' }, isNamedByBody: true },
  /** Tokens of mailed links, which nobody can guess; a password is hashed for some. */
  usingLinks: { address: perMinute(60) },
  /** Routes that ask a signed-in user for the password: too few to guess it. */
  givingPassword: { address: perMinute(60), account: perMinute(30), outcome: { ...perMinute(10), counts: 'failure' } },
  /** Nothing to guess, but each challenge is stored for five minutes. */
  signingInWithPasskey: { address: perMinute(120) },
  addingPasskey: { address: perMinute(120), account: perMinute(20) },
  /** Stripe calls from few addresses, often after one another. */
  webhook: { address: perMinute(6_000) },
} as const satisfies Readonly<Record<string, Limit>>;

export type LimitName = keyof typeof limits;

/** The limits that apply instead to devices that have signed in to the account before. */
export const limitsOfKnownDevices: Readonly<Partial<Record<LimitName, LimitName>>> = {
  signingIn: 'signingInFromKnownDevice',
};
