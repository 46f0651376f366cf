import type { Order } from './api/schemas.ts';
import { cancelLabels } from './order-labels.ts';

export interface TimelineEntry {
  readonly label: string;
  readonly at: string;
}

const moves: Readonly<Record<string, string>> = {
  created: 'Ordered',
  'awaiting:payment': 'Held for you',
  complete: 'Paid',
};

/** What has happened to an order, oldest first. A move that this page does not know is left out. */
export const orderTimeline = ({
  history = [],
  delivery,
  problemAt,
}: Pick<Order, 'history' | 'delivery' | 'problemAt'>): readonly TimelineEntry[] => {
  const entries = history.flatMap(({ status, reason, at }) => {
    const label = status === 'cancelled' ? cancelLabels(reason).title : moves[status];
    return label === undefined ? [] : [{ label, at }];
  });
  if (delivery?.deliveredAt !== undefined) entries.push({ label: 'Delivered', at: delivery.deliveredAt });
  if (problemAt !== undefined) entries.push({ label: 'You reported a problem', at: problemAt });
  return entries.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
};
