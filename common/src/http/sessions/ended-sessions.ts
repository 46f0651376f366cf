import type { CurrentUser } from '../context.ts';

/** One session that has ended, or all of a user that began before a time, except one. */
export type SessionEnding =
  | { readonly sid: string; readonly expiresAt: Date }
  | {
      readonly userId: string;
      readonly issuedBefore: Date;
      readonly except?: string | undefined;
      readonly expiresAt: Date;
    };

/**
 * The sessions that have ended before their tokens expire, in memory. It forgets an ending only when the tokens have
 * expired; when it is full, it takes no more, and says so.
 */
export class EndedSessions {
  readonly #maxEntries: number;
  readonly #sessions = new Map<string, number>();
  /** The latest for each user: it ends all that earlier ones have ended. */
  readonly #users = new Map<string, { issuedBefore: number; except: string | undefined; expiresAt: number }>();
  #isComplete = true;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#sessions.size + this.#users.size;
  }

  /** Whether it has taken every ending that was added. */
  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** Returns whether the ending was new. */
  add(ending: SessionEnding): boolean {
    const expiresAt = ending.expiresAt.getTime();
    if ('sid' in ending) {
      if (this.#sessions.has(ending.sid)) return false;
      if (this.#hasRoom()) this.#sessions.set(ending.sid, expiresAt);
      return true;
    }
    const issuedBefore = ending.issuedBefore.getTime();
    const present = this.#users.get(ending.userId);
    if (present !== undefined && present.issuedBefore >= issuedBefore) return false;
    if (present !== undefined || this.#hasRoom()) {
      this.#users.set(ending.userId, { issuedBefore, except: ending.except, expiresAt });
    }
    return true;
  }

  has({ id, sid, startedAt }: CurrentUser): boolean {
    if (this.#sessions.has(sid)) return true;
    const user = this.#users.get(id);
    return user !== undefined && startedAt < user.issuedBefore && sid !== user.except;
  }

  /** Forgets what has expired. */
  forgetExpired(now: Date): void {
    for (const [sid, expiresAt] of this.#sessions) if (expiresAt <= now.getTime()) this.#sessions.delete(sid);
    for (const [userId, { expiresAt }] of this.#users) if (expiresAt <= now.getTime()) this.#users.delete(userId);
  }

  #hasRoom(): boolean {
    if (this.size >= this.#maxEntries) this.#isComplete = false;
    return this.size < this.#maxEntries;
  }
}
