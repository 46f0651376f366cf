import type { AccountRecord } from '../sources/accounts.ts';
import { isUnpaid } from '../sources/orders.ts';
import { checkEach, finding, type Check } from './check.ts';

export const closedAccountIsForgotten: Check = {
  name: 'closed-account-is-forgotten',
  rule: 'A closed account has no e-mail, password and live session; 60 s later nothing of it is on sale, no hold of it goes on, and no mail about its sales waits.',
  isEventual: true,
  run: ({ accounts, sessions, tickets, orders, mails, at }, { forgetWithinMs }) => {
    const isOver = (time: number): boolean => at - time > forgetWithinMs;
    const sessionsOf = Map.groupBy(sessions, ({ userId }) => userId);
    const offered = tickets.filter(({ availability }) => availability === 'on_sale' || availability === 'over');
    const offeredBy = Map.groupBy(offered, ({ userId }) => userId);
    const held = orders.filter((order) => isUnpaid(order) && order.closing === undefined && isOver(order.createdAt));
    const heldBy = Map.groupBy(held, ({ userId }) => userId);
    const waiting = mails.filter(({ service, dueAt }) => service === 'notifications' && dueAt !== undefined);
    const waitingFor = Map.groupBy(waiting, ({ userId }) => userId);
    const leftOf = ({ id, closedAt = 0, sessionsFrom = closedAt, isRemembered }: AccountRecord) => {
      const isLive = ({ startedAt, endedAt }: (typeof sessions)[number]) =>
        endedAt === undefined && startedAt >= sessionsFrom;
      const live = sessionsOf.get(id)?.filter(isLive) ?? [];
      if (isRemembered) return { what: 'its e-mail or password', ids: [] };
      if (live.length > 0) return { what: 'live sessions', ids: live };
      if (!isOver(closedAt)) return undefined;
      return [
        { what: 'tickets for sale', ids: offeredBy.get(id) },
        { what: 'live holds', ids: heldBy.get(id) },
        { what: 'waiting mails', ids: waitingFor.get(id) },
      ].find(({ ids }) => ids !== undefined);
    };
    return checkEach(
      accounts.filter(({ closedAt }) => closedAt !== undefined),
      (account) => {
        const left = leftOf(account);
        if (left === undefined) return undefined;
        const ids = left.ids?.map(({ id }) => id).toSorted() ?? [];
        return finding(`account ${account.id} is closed, but has ${[left.what, ...ids].join(' ')}`, account.id, ...ids);
      },
    );
  },
};
