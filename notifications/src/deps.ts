import type { Mail } from '@ticketing/common/mail';
import type { Currency } from '@ticketing/common/money';
import type { Models } from './models/open-models.ts';

/** What the commands need. */
export interface Deps extends Models {
  readonly now: () => Date;
  /** Of all prices. */
  readonly currency: Currency;
  readonly mail: Pick<Mail, 'enqueue' | 'cancel' | 'forgetUser'>;
}
