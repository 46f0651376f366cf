import { expect, test } from '@jest/globals';
import type { SaleView } from './sale-view.ts';
import { toCsv } from './sales-csv.ts';

const sale: SaleView = {
  orderId: 'o1',
  ticketId: 't1',
  title: 'Final',
  price: 19.99,
  fee: 2,
  proceeds: 17.99,
  currency: 'usd',
  state: 'held',
};
const header = 'order_id,ticket_id,title,price,fee,proceeds,currency,state,available_at,paid_out_at,refunded\r\n';

test('When there are no sales, then the columns are named', () => {
  expect(toCsv([])).toBe(header);
});

test('When a sale has no times and no refund, then their cells are empty', () => {
  expect(toCsv([sale])).toBe(`${header}o1,t1,Final,19.99,2,17.99,usd,held,,,\r\n`);
});

test.each([
  ['=HYPERLINK("http://x")', `"'=HYPERLINK(""http://x"")"`],
  ['+1', "'+1"],
  ['-1+1', "'-1+1"],
  ['@SUM(A1)', "'@SUM(A1)"],
  [' =1', "' =1"],
  ['\t=1', "'\t=1"],
  ['＝1+1', "'＝1+1"],
  // A program that separates cells by semicolons or tabs ignores quotes inside a cell.
  ['Final; =HYPERLINK("http://x")', `"Final;' =HYPERLINK(""http://x"")"`],
  ['Final\t+1;@x', "Final\t'+1;'@x"],
  ['Final\r\n=1', `"Final\r'\n=1"`],
  ['One, "two"', '"One, ""two"""'],
  ['One\ntwo', '"One\ntwo"'],
  ['Rock - Roll', 'Rock - Roll'],
])('When the title is %j, then its cell is %j', (title, cell) => {
  expect(toCsv([{ ...sale, title }])).toBe(`${header}o1,t1,${cell},19.99,2,17.99,usd,held,,,\r\n`);
});
