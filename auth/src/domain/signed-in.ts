import type { CurrentUser } from '@ticketing/common/http';

/** Somebody who has shown who they are, and the token that says so from now on. */
export interface SignedIn {
  readonly user: CurrentUser;
  readonly token: string;
}
