import { isRecentSale, mailsOfSale } from '../sources/mails.ts';
import { checkEach, finding, type Check } from './check.ts';

export const saleIsMailed: Check = {
  name: 'sale-is-mailed',
  rule: 'Notifications has stored the mails to the buyer and the seller of a sale 3 min after it, unless their accounts are closed.',
  isEventual: true,
  run: ({ orders, mails, accountCopies, at }, { storeMailWithinMs }) => {
    const known = new Set(mails.map(({ id }) => id));
    const closed = new Set(
      accountCopies
        .filter(({ service, emailKey }) => service === 'notifications' && emailKey === undefined)
        .map(({ id }) => id),
    );
    return checkEach(
      orders.filter((order) => isRecentSale(order, at) && at - (order.completedAt ?? at) > storeMailWithinMs),
      (order) => {
        const lost = mailsOfSale(order).find(([mail, userId]) => !known.has(mail) && !closed.has(userId));
        return lost === undefined ? undefined : finding(`the mail ${lost[0]} was never stored`, order.id, lost[0]);
      },
    );
  },
};
