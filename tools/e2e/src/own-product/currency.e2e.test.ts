import { expect } from '@jest/globals';
import { eventually } from '../eventually.ts';
import { mailsOf } from '../mailbox.ts';
import { stop } from '../product.ts';
import { testOnThisMachine } from '../site.ts';
import { openStripeLedger, payTooLate } from '../stripe-ledger.ts';
import { hold, list, pay, signUp, untilOrder, type User } from '../user.ts';
import { useOwnProduct } from './use-own-product.ts';

const { running, restart } = useOwnProduct({ CURRENCY: 'jpy' });

const mailTo = ({ credentials }: User, subject: string): Promise<string> =>
  eventually(async () => {
    const found = (await mailsOf(running(), credentials.email)).find((mail) => mail.subject.startsWith(subject));
    if (found === undefined) throw new Error(`no mail "${subject}" yet`);
    return found.text;
  }, 20_000);

const pageOf = async (user: User, path: string): Promise<string> =>
  (await fetch(`${running().url}${path}`, { headers: { cookie: user.cookie } })).text();

testOnThisMachine(
  'When prices are in yen, then a ticket is listed, shown, paid, mailed and refunded in whole yen',
  async () => {
    const [seller, buyer] = await Promise.all([signUp(running().url), signUp(running().url)]);
    const ledger = openStripeLedger(running().processes());
    const refused = await seller.send({ method: 'POST', path: '/api/tickets', body: { title: 'Final', price: 19.99 } });
    expect(refused).toMatchObject({ status: 400, body: { errors: [{ message: 'Price must be a whole number' }] } });

    const ticket = await list(seller, { price: 2500 });
    expect(ticket).toMatchObject({ price: 2500, currency: 'jpy' });
    expect(await pageOf(buyer, `/tickets/${ticket.id}`)).toContain('¥2,500');
    expect(await pageOf(seller, '/tickets/new')).toContain('Price (JPY)');

    const order = await hold(buyer, ticket.id);
    expect(order).toMatchObject({ price: 2500, currency: 'jpy' });
    expect(await pay(buyer, order.id)).toMatchObject({ status: 201 });
    await untilOrder(buyer, order.id, { status: 'complete' });
    const charge = await buyer.send({ method: 'GET', path: `/api/payments/${order.id}` });
    expect(charge).toMatchObject({ body: { amount: 2500, currency: 'jpy', status: 'completed' } });
    expect(await mailTo(buyer, 'You have bought')).toContain('¥2,500');
    expect(await mailTo(seller, 'You have sold')).toContain('¥2,500');

    const late = await hold(buyer, (await list(seller, { price: 3000 })).id);
    await payTooLate(ledger, buyer, late.id);
    expect(await mailTo(buyer, 'Your money is returned')).toContain('¥3,000');
    const amounts = (await ledger.charges()).map(({ amount }) => amount);
    expect(amounts.toSorted((one, other) => one - other)).toEqual([2500, 3000]);
    expect((await ledger.refunds()).map(({ amount }) => amount)).toEqual([3000]);
  },
  90_000,
);

testOnThisMachine(
  'When the product is started again in another currency, then it says that its prices are in yen, and ends',
  async () => {
    await stop(running());
    await expect(restart({ CURRENCY: 'usd' })).rejects.toThrow('CURRENCY is usd, but the database holds prices in jpy');
  },
  180_000,
);
