import type { Mail } from '@ticketing/common/mail';
import type { Models } from './models/open-models.ts';

/** What the commands need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly mail: Pick<Mail, 'enqueue' | 'forgetUser'>;
}
