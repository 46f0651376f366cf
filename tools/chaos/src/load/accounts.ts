import { sessionOf, type HttpRequest, type HttpResponse } from '@ticketing/test/http-client';
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { lossesOf, type Loss } from './ledger.ts';
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

/** Replicas take turns: so many requests in a row reach each of them. */
const requestsPerReplica = 2;

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
   * closed accounts that are still on sale. `since` is the time of the last fault, from `performance.now()`.
   */
  async findLost({ replicas, since }: { readonly replicas: number; readonly since: number }): Promise<Loss[]> {
    const found: string[] = [];
    const expect = async (what: string, response: Promise<HttpResponse | undefined>, status: number) => {
      const { status: actual } = (await response) ?? {};
      if (actual !== status) found.push(`${what}: ${actual ?? 'no response'} instead of ${status}`);
    };
    const accepted: string[] = [];
    for (const cookie of this.#endedSessions)
      for (const path of pathsForUsers) {
        const status = await this.#untilRefused(
          { method: 'GET', path, cookie },
          { replicas, until: since + knownWithinMs },
        );
        if (status !== 401)
          accepted.push(`${path} of a session that has ended: ${status ?? 'no response'} instead of 401`);
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
    return [...lossesOf('sessions', accepted), ...lossesOf('accounts', found)];
  }

  /** Repeats a request until each replica has refused it with 401, or the time is over; returns the last status. */
  async #untilRefused(
    request: HttpRequest,
    { replicas, until }: { readonly replicas: number; readonly until: number },
  ): Promise<number | undefined> {
    for (let inARow = 0; ;) {
      const status = (await this.#http.send(request))?.status;
      inARow = status === 401 ? inARow + 1 : 0;
      if (inARow === requestsPerReplica * replicas) return status;
      if (inARow > 0) continue;
      if (performance.now() > until) return status;
      await delay(250);
    }
  }

  #signIn(email: string, password: string): Promise<HttpResponse | undefined> {
    return this.#http.send({ method: 'POST', path: '/api/users/signin', body: { email, password } });
  }
}
