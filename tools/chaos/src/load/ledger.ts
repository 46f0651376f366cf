/** What the product has said 2xx to: none of it may be lost. */
export class Ledger {
  /** By ticket: the newest version that was acknowledged. */
  readonly tickets = new Map<string, number>();
  /** By order: what was acknowledged of it. Prices in cents. */
  readonly orders = new Map<string, { readonly ticketId: string; readonly price: number }>();
  readonly paid = new Set<string>();
  readonly cancelled = new Set<string>();
  /** When each order was asked for and acknowledged, by `performance.now()`. */
  readonly times: { readonly asked: number; readonly answered: number }[] = [];
  readonly journeys = new Map<string, number>();
  /** Answers that the contract does not allow for what was asked. */
  readonly surprises: string[] = [];

  ticket(id: string, version: number): void {
    this.tickets.set(id, Math.max(version, this.tickets.get(id) ?? 0));
  }

  count(journey: string): void {
    this.journeys.set(journey, (this.journeys.get(journey) ?? 0) + 1);
  }
}
