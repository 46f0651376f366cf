import { sessionOf, type HttpRequest, type HttpResponse } from '@ticketing/test/http-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { firstPassword, type ListedTicket, type Market, type User } from './market.ts';
import type { RetryingClient } from './retrying-client.ts';

/** An account with two sessions. */
export interface Account extends User {
  readonly email: string;
  /** The session of another device. */
  readonly elsewhere: User;
}

/** A path of each service that returns 401 without a session. */
const pathsForUsers = ['/api/users/sessions', '/api/tickets?mine=true', '/api/orders', '/api/payments/sales'] as const;

/** Replicas take turns: each one gets some of them. */
const requestsPerPath = 4;

/** How long after the last fault a replica may not have heard yet which sessions have ended. */
const knownWithinMs = 30_000;

const newPassword = 'another battery';

/** What users do with their accounts. Every acknowledged step is remembered. */
export class Accounts {
  readonly #http: RetryingClient;
  readonly #market: Market;
  readonly #endedSessions = new Set<string>();
  /** E-mails of the accounts whose password was changed. */
  readonly #changed = new Set<string>();
  /** The tickets on sale of the accounts that were closed, by e-mail. */
  readonly #closed = new Map<string, readonly ListedTicket[]>();

  constructor(http: RetryingClient, market: Market) {
    this.#http = http;
    this.#market = market;
  }

  /** Undefined without a response. */
  async open(): Promise<Account | undefined> {
    const email = `${randomUUID()}@example.com`;
    const user = await this.#market.signUp(email).catch(() => undefined);
    if (user === undefined) return undefined;
    const signedIn = await this.#signIn(email, firstPassword);
    const cookie = signedIn === undefined ? undefined : sessionOf(signedIn);
    return cookie === undefined ? undefined : { ...user, email, elsewhere: { cookie } };
  }

  /** On the other device. */
  async signOutElsewhere({ elsewhere }: Account): Promise<void> {
    const { cookie } = elsewhere;
    const response = await this.#http.send({ method: 'POST', path: '/api/users/signout', cookie, body: {} });
    if (response?.status === 200) this.#endedSessions.add(cookie);
  }

  /** It ends the session of the other device. */
  async changePassword({ email, cookie, elsewhere }: Account): Promise<void> {
    const body = { currentPassword: firstPassword, newPassword };
    const response = await this.#http.send({ method: 'PUT', path: '/api/users/password', cookie, body });
    // 400: the response to an earlier attempt was lost.
    if (response?.status !== 200) return;
    this.#changed.add(email);
    this.#endedSessions.add(elsewhere.cookie);
  }

  async close({ email, cookie, elsewhere }: Account, onSale: readonly ListedTicket[]): Promise<void> {
    const body = { password: firstPassword };
    const response = await this.#http.send({ method: 'DELETE', path: '/api/users/me', cookie, body });
    if (response?.status !== 204) return;
    this.#closed.set(email, onSale);
    this.#endedSessions.add(cookie).add(elsewhere.cookie);
  }

  /**
   * Finds what was acknowledged and does not hold: sessions, passwords and accounts that are still accepted, and listings of
   * closed accounts that are still on sale.
   * @returns A line for each.
   */
  async findLost(): Promise<string[]> {
    const found: string[] = [];
    const expect = async (what: string, response: Promise<HttpResponse | undefined>, status: number) => {
      const { status: actual } = (await response) ?? {};
      if (actual !== status) found.push(`${what}: ${actual ?? 'no response'} instead of ${status}`);
    };
    const isRefused = async (request: HttpRequest): Promise<boolean> =>
      (await this.#http.send(request))?.status === 401;
    const until = performance.now() + knownWithinMs;
    const requests: HttpRequest[] = pathsForUsers.flatMap((path) =>
      Array.from({ length: requestsPerPath }, () => ({ method: 'GET', path })),
    );
    for (const cookie of this.#endedSessions)
      for (const request of requests) {
        while (!(await isRefused({ ...request, cookie })) && performance.now() < until) await delay(250);
        await expect(`${request.path} of a session that has ended`, this.#http.send({ ...request, cookie }), 401);
      }
    for (const email of this.#changed) {
      await expect(`sign-in of ${email} with its password`, this.#signIn(email, newPassword), 200);
      await expect(`sign-in of ${email} with its former password`, this.#signIn(email, firstPassword), 400);
    }
    for (const [email, tickets] of this.#closed) {
      await expect(`sign-in of ${email}, a closed account`, this.#signIn(email, firstPassword), 400);
      for (const { id } of tickets) {
        const response = await this.#http.send({ method: 'GET', path: `/api/tickets/${id}` });
        // Nobody but its seller sees a withdrawn ticket.
        if (response?.status !== 404)
          found.push(`ticket ${id} of a closed account is not withdrawn: ${response?.status ?? 'no response'}`);
      }
    }
    return found;
  }

  #signIn(email: string, password: string): Promise<HttpResponse | undefined> {
    return this.#http.send({ method: 'POST', path: '/api/users/signin', body: { email, password } });
  }
}
