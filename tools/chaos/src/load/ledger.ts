/**
 * What users were promised. `acknowledged`: the databases have each step. `sessions`: those that have ended are refused.
 * `accounts`: the last password is right, and nothing of a closed account is left. `streams`: each shows the end of its order, and
 * never goes back. `late-streams`: at least half of them show it in time.
 */
export const promises = ['acknowledged', 'sessions', 'accounts', 'streams', 'late-streams'] as const;

/** A promise that does not hold. */
export interface Loss {
  readonly check: (typeof promises)[number];
  readonly text: string;
}

/** One loss for each line. */
export const lossesOf = (check: Loss['check'], lines: readonly string[]): Loss[] =>
  lines.map((text) => ({ check, text }));

/** Everything that the product has acknowledged with 2xx, none of which may be lost. */
export class Ledger {
  /** The latest acknowledged version of each ticket. */
  readonly tickets = new Map<string, number>();
  /** The acknowledged ticket and price, in minor units, of each order. */
  readonly orders = new Map<string, { readonly ticketId: string; readonly price: number }>();
  readonly paid = new Set<string>();
  readonly cancelled = new Set<string>();
  /** Tickets whose file was accepted: once sold, they are delivered, and stay so. */
  readonly withFile = new Set<string>();
  /** When each order was requested and acknowledged, from `performance.now()`. */
  readonly times: { readonly requested: number; readonly acknowledged: number }[] = [];
  readonly journeys = new Map<string, number>();
  /** What streams of orders showed wrong, or not at all. */
  readonly unseen: string[] = [];
  /** When the end of an order was acknowledged, and when its stream showed it, from `performance.now()`. */
  readonly shown: { readonly endedAt: number; readonly shownAt: number }[] = [];
  /** Responses that the contract does not allow. */
  readonly unexpected: string[] = [];

  ticket(id: string, version: number): void {
    this.tickets.set(id, Math.max(version, this.tickets.get(id) ?? 0));
  }

  count(journey: string): void {
    this.journeys.set(journey, (this.journeys.get(journey) ?? 0) + 1);
  }
}
