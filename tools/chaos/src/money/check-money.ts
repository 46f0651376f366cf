/** What Stripe's lists show of one order's money; amounts in minor units. */
export interface MoneyAtStripe {
  /** Charges that took money. */
  readonly charges: readonly { readonly id: string; readonly amount: number }[];
  readonly refunds: readonly {
    readonly id: string;
    readonly amount: number;
    readonly hasFailed: boolean;
    readonly isOurs: boolean;
  }[];
  readonly disputes: readonly {
    readonly id: string;
    readonly status: string;
    /** What was withdrawn, less what came back, by its balance transactions. */
    readonly withdrawn: number;
  }[];
  readonly transfers: readonly { readonly id: string; readonly amount: number; readonly reversed: number }[];
}

export interface OrderRecord {
  readonly id: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly price: number;
  readonly sellerId?: string | undefined;
}

/** The charge of an order as payments has stored it. */
export interface ChargeRecord {
  readonly id: string;
  readonly status?: string | undefined;
  readonly isCompleted: boolean;
  readonly waitingEntries: number;
}

export interface LedgerEntry {
  readonly id: string;
  readonly orderId: string;
  readonly lines: readonly { readonly account: string; readonly amount: number }[];
}

export interface MoneySnapshot {
  readonly orders: readonly OrderRecord[];
  readonly charges: ReadonlyMap<string, ChargeRecord>;
  readonly ledger: readonly LedgerEntry[];
  readonly stripe: ReadonlyMap<string, MoneyAtStripe>;
  /** Orders whose payment was answered 201. */
  readonly paid: ReadonlySet<string>;
  readonly feePercent: number;
}

export const nothingAtStripe: MoneyAtStripe = { charges: [], refunds: [], disputes: [], transfers: [] };

const sum = (amounts: readonly number[]): number => amounts.reduce((total, amount) => total + amount, 0);

/** The bank has decided, and keeps what it has not given back. */
const isDecided = ({ status }: MoneyAtStripe['disputes'][number]): boolean => status === 'won' || status === 'lost';

const withdrawnBy = (disputes: MoneyAtStripe['disputes']): number => sum(disputes.map(({ withdrawn }) => withdrawn));

/** What each part of Stripe's lists comes to for one order. */
const totalsOf = ({ charges, refunds, disputes, transfers }: MoneyAtStripe) => ({
  charged: sum(charges.map(({ amount }) => amount)),
  refunded: sum(refunds.filter(({ hasFailed }) => !hasFailed).map(({ amount }) => amount)),
  withdrawn: withdrawnBy(disputes),
  lost: withdrawnBy(disputes.filter(isDecided)),
  paidOut: sum(transfers.map(({ amount, reversed }) => amount - reversed)),
});

const balanceOf = (entries: readonly LedgerEntry[], isIn: (account: string) => boolean): number =>
  sum(entries.flatMap(({ lines }) => lines.filter(({ account }) => isIn(account)).map(({ amount }) => amount)));

/** Compares the orders, the charges, the ledger and Stripe's lists with each other, by the contract alone. */
export const checkMoney = ({ orders, charges, ledger, stripe, paid, feePercent }: MoneySnapshot): string[] => {
  const found: string[] = [];
  const entriesOf = Map.groupBy(ledger, ({ orderId }) => orderId);
  for (const { id, lines } of ledger) {
    const off = sum(lines.map(({ amount }) => amount));
    if (off !== 0) found.push(`ledger entry ${id} is off by ${off}`);
  }
  const known = new Set(orders.map(({ id }) => id));
  for (const id of [...stripe.keys(), ...entriesOf.keys()]) if (!known.has(id)) found.push(`${id}: no such order`);
  for (const order of orders) {
    const { id, status, reason, price, sellerId } = order;
    const say = (problem: string) =>
      found.push(`order ${id} (${status}${reason === undefined ? '' : `, ${reason}`}): ${problem}`);
    const money = stripe.get(id) ?? nothingAtStripe;
    const { charged, refunded, withdrawn, lost, paidOut } = totalsOf(money);
    const charge = charges.get(id);
    const entries = entriesOf.get(id) ?? [];
    if (money.charges.length > 1) say(`charged ${money.charges.length} times`);
    if (charged !== 0 && charged !== price) say(`charged ${charged} instead of ${price}`);
    if (money.refunds.filter(({ isOurs, hasFailed }) => isOurs && !hasFailed).length > 1)
      say('refunded by us more than once');
    if (money.transfers.length > 1) say(`transferred ${money.transfers.length} times`);
    const returned = refunded + lost;
    const failed = money.refunds.some(({ hasFailed }) => hasFailed);
    if (status === 'complete' && charged === 0) say('complete, and nothing was charged');
    if (status === 'complete' && charged > 0 && returned >= charged) say('complete, and all its money was returned');
    if (status === 'cancelled' && returned < charged && withdrawn === lost && !failed)
      say(`cancelled, and ${charged - returned} were kept`);
    if (
      paid.has(id) &&
      status !== 'complete' &&
      !(status === 'cancelled' && (reason === 'refunded' || reason === 'by_buyer'))
    )
      say('its payment was answered 201');
    if (charge !== undefined && charge.waitingEntries > 0) say(`${charge.waitingEntries} entries wait for the ledger`);
    const atStripe = charged - refunded - withdrawn - paidOut;
    const inLedger = balanceOf(entries, (account) => account === 'stripe');
    if (inLedger !== atStripe) say(`the ledger has ${inLedger} at Stripe, and Stripe has ${atStripe}`);
    const inDispute = balanceOf(entries, (account) => account === 'disputes');
    if (inDispute !== withdrawn - lost)
      say(`the ledger has ${inDispute} in disputes, and Stripe has ${withdrawn - lost}`);
    const owed = -balanceOf(entries, (account) => account === 'buyers');
    const sellers = -balanceOf(entries, (account) => account.startsWith('seller:'));
    const fees = -balanceOf(entries, (account) => account === 'fees');
    if (owed < 0) say(`the buyer owes us ${-owed}`);
    const left = charge?.isCompleted === true ? charged - returned - owed : 0;
    const fee = Math.round((left * feePercent) / 100);
    if (fees !== fee) say(`the fee is ${fees} instead of ${fee}`);
    if (sellers !== left - fee - paidOut) say(`the seller's balance is ${sellers} instead of ${left - fee - paidOut}`);
    const strangers = entries
      .flatMap(({ lines }) => lines)
      .filter(({ account }) => account.startsWith('seller:') && account.split(':')[1] !== sellerId);
    if (strangers.length > 0) say(`its entries are of another seller: ${strangers[0]?.account}`);
    if (paidOut > left - fee && withdrawn === lost) say(`${paidOut} were paid out, and the proceeds are ${left - fee}`);
  }
  return found;
};
