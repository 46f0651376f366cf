import type { SaleView } from './sale-view.ts';

const columns = {
  order_id: 'orderId',
  ticket_id: 'ticketId',
  title: 'title',
  price: 'price',
  fee: 'fee',
  proceeds: 'proceeds',
  currency: 'currency',
  state: 'state',
  available_at: 'availableAt',
  paid_out_at: 'paidOutAt',
  refunded: 'refunded',
} as const satisfies Record<string, keyof SaleView>;

/**
 * A text that a spreadsheet would take for a formula begins with an apostrophe instead
 * (https://owasp.org/www-community/attacks/CSV_Injection). So does what follows a character at which some programs begin
 * another cell, whatever the quotes.
 */
const formula = /(^|[;|\t\r\n])(\s*[=+\-@＝＋－＠])/g;

const toCell = (value: string | number | undefined): string => {
  if (typeof value !== 'string') return value === undefined ? '' : String(value);
  const text = value.replaceAll(formula, "$1'$2");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
};

/** Sales as CSV (RFC 4180). */
export const toCsv = (sales: readonly SaleView[]): string =>
  [Object.keys(columns), ...sales.map((sale) => Object.values(columns).map((field) => toCell(sale[field])))]
    .map((cells) => `${cells.join(',')}\r\n`)
    .join('');
