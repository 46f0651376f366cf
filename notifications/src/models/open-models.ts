import type { StoreDeps } from '@ticketing/common/messaging';
import { recipients, type Recipient } from './recipient.ts';
import { sales, type Sale } from './sale.ts';

export type { Recipient } from './recipient.ts';
export type { Sale } from './sale.ts';

export type Models = ReturnType<typeof openModels>;

export const collections = [recipients, sales];

export const openModels = ({ database }: Pick<StoreDeps, 'database'>) => ({
  recipients: database.collection<Recipient>(recipients.name),
  sales: database.collection<Sale>(sales.name),
});
