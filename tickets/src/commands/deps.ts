import type { ClaimRefusalReason } from '@ticketing/common/events';
import type { Models } from '../models/index.ts';
import type { OtherHolders } from './other-holders.ts';

/** What the commands of tickets need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly newId: () => string;
  /** Tells this process's cached pages of the list that they are out of date. */
  readonly listChanged: () => void;
  readonly otherHolders: OtherHolders;
  readonly counters: {
    claimRefused(reason: ClaimRefusalReason): void;
    /** A ticket whose state was told once more, to an order that had not heard of it. */
    toldAgain(count: number): void;
  };
}
