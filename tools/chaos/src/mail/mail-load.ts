import type { Mail } from '@ticketing/mailbox/store';
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeOrder, Market, User } from '../load/market.ts';
import type { RetryingClient } from '../load/retrying-client.ts';
import type { Random } from '../random.ts';
import type { Cause } from './check-mails.ts';

const password = 'correct horse';
const newPassword = 'battery staple';

/** When a buyer cancels an order that is being paid: Stripe takes longer than this. */
const cancelAfterMs = 40;

interface Account {
  readonly email: string;
  readonly user: User;
}

/** An order that its buyer has paid, or has cancelled while paying. */
export interface Sale {
  readonly order: MadeOrder;
  readonly isPaid: boolean;
  readonly ticketId: string;
  readonly buyer: string;
  readonly seller: string;
}

const subjects = {
  verification: 'Confirm your e-mail address',
  reset: 'Choose a new password',
  passwordChanged: 'Your password was changed',
  newEmail: 'Confirm your new e-mail address',
  emailChanged: 'The e-mail address of your account was changed',
  closed: 'Your account is closed',
} as const;

/** Steps of users that cause mail, and the mails that they are owed. */
export class MailLoad {
  readonly #http: RetryingClient;
  readonly #market: Market;
  readonly #random: Random;
  readonly #traders: Account[] = [];
  readonly #movers: { readonly account: Account; readonly next: string }[] = [];
  #accounts = 0;
  /** The causes of mails about accounts. */
  readonly causes: Cause[] = [];
  readonly sales: Sale[] = [];
  /** Responses that the contract does not allow, and steps without a response. */
  readonly problems: string[] = [];

  constructor(options: { readonly http: RetryingClient; readonly market: Market; readonly random: Random }) {
    this.#http = options.http;
    this.#market = options.market;
    this.#random = options.random;
  }

  /** Signs up the accounts that buy and sell, and `movers` accounts that ask for a change of their e-mail. */
  async prepare({ traders, movers }: { readonly traders: number; readonly movers: number }): Promise<void> {
    for (let index = 0; index < traders; index += 1) this.#traders.push(await this.#signUp('trader'));
    for (let index = 0; index < movers; index += 1) {
      const account = await this.#signUp('mover');
      this.#movers.push({ account, next: await this.#askForEmailChange(account) });
    }
  }

  /** Changes the e-mail of the next account that has asked for it, with the link in its mail. */
  async move(mails: readonly Mail[]): Promise<void> {
    const mover = this.#movers.shift();
    if (mover === undefined) return;
    const { account, next } = mover;
    const mail = mails.find(({ to, subject }) => to === next && subject === subjects.newEmail);
    const token = new URL(/https?:\/\/\S+/.exec(mail?.text ?? '')?.[0] ?? 'about:blank').searchParams.get('token');
    if (!(await this.#step(account, 'POST', '/api/users/verify-email', { token }))) return;
    for (const to of [account.email, next])
      this.causes.push({ kind: 'e-mail changed', to, subject: subjects.emailChanged });
  }

  /** A new account, and for most of them one thing more. */
  async account(): Promise<void> {
    const account = await this.#signUp('user');
    const next = this.#random.weighted<() => Promise<void>>([
      [30, () => this.#reset(account)],
      [5, () => this.#resetTwice(account)],
      [30, () => this.#changePassword(account)],
      [20, async () => void (await this.#askForEmailChange(account))],
      [5, () => this.#close()],
    ]);
    await next();
  }

  /** A ticket is sold; now and then its buyer cancels while the payment is in progress, so that the money is returned. */
  async sale(): Promise<void> {
    const seller = this.#random.pick(this.#traders);
    const buyer = this.#random.pick(this.#traders.filter((trader) => trader !== seller));
    const ticket = await this.#market.list(seller.user);
    const order = ticket && (await this.#market.order(buyer.user, ticket));
    if (order === undefined) {
      this.problems.push('a ticket cannot be ordered');
      return;
    }
    const cancels = this.#random.chance(0.1);
    // Then the PaymentIntent exists, and the payment is one slow call that charges the card.
    if (cancels) await this.#market.pay(order, 'tok_chargeDeclined');
    const paying = this.#market.pay(order, 'tok_visa');
    if (cancels) {
      await delay(cancelAfterMs);
      await this.#market.cancel(order);
    }
    const isPaid = await paying;
    this.sales.push({ order, isPaid, ticketId: ticket?.id ?? '', buyer: buyer.email, seller: seller.email });
    if (!isPaid && !cancels) this.problems.push(`order ${order.id} cannot be paid`);
  }

  async #signUp(role: string, isOptional?: true): Promise<Account> {
    this.#accounts += 1;
    const email = `${role}-${this.#accounts}@example.com`;
    const user = await this.#market.signUp(email);
    this.causes.push({ kind: 'sign-up', to: email, subject: subjects.verification, ...(isOptional && { isOptional }) });
    return { email, user };
  }

  async #step({ user }: Account, method: string, path: string, body: unknown): Promise<boolean> {
    const response = await this.#http.send({ method, path, cookie: user.cookie, body });
    const done = response !== undefined && response.status < 300;
    if (!done) this.problems.push(`${method} ${path}: ${response?.status ?? 'no response'}`);
    return done;
  }

  async #reset(account: Account, isOptional?: true): Promise<void> {
    const { email } = account;
    if (await this.#step(account, 'POST', '/api/users/password-reset', { email }))
      this.causes.push({
        kind: 'reset of the password',
        to: email,
        subject: subjects.reset,
        ...(isOptional && { isOptional }),
      });
  }

  /** The second link replaces the first one. */
  async #resetTwice(account: Account): Promise<void> {
    await this.#reset(account, true);
    await this.#reset(account);
  }

  async #changePassword(account: Account): Promise<void> {
    if (await this.#step(account, 'PUT', '/api/users/password', { currentPassword: password, newPassword }))
      this.causes.push({ kind: 'password changed', to: account.email, subject: subjects.passwordChanged });
  }

  /** Returns the new address. */
  async #askForEmailChange(account: Account): Promise<string> {
    const email = `new-${account.email}`;
    if (await this.#step(account, 'PUT', '/api/users/email', { email, password }))
      this.causes.push({ kind: 'change of the e-mail', to: email, subject: subjects.newEmail });
    return email;
  }

  /** Another account, since the mails that wait to be sent to a closed one are dropped. */
  async #close(): Promise<void> {
    const account = await this.#signUp('leaver', true);
    if (await this.#step(account, 'DELETE', '/api/users/me', { password }))
      this.causes.push({ kind: 'account closed', to: account.email, subject: subjects.closed });
  }
}

/** The mails that are owed for a sale. */
export const causesOfSale = (
  { order, ticketId, buyer, seller }: Sale,
  { isComplete, isRefunded }: { readonly isComplete: boolean; readonly isRefunded: boolean },
): Cause[] => {
  const toBuyer = { to: buyer, about: `/orders/${order.id}` };
  return [
    ...(isComplete
      ? [
          { ...toBuyer, kind: 'paid', subject: 'You have bought' },
          { kind: 'sold', to: seller, subject: 'You have sold', about: `/tickets/${ticketId}` },
        ]
      : []),
    ...(isRefunded ? [{ ...toBuyer, kind: 'money returned', subject: 'Your money is returned' }] : []),
  ];
};
