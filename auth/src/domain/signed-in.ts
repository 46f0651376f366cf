import type { CurrentUser } from '@ticketing/common/http';

/** A user whose credentials were checked, and the token of the new session. */
export interface SignedIn {
  readonly user: CurrentUser;
  readonly token: string;
}
