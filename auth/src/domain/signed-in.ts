/** The user whose credentials were checked, and the new session. */
export interface SignedIn {
  readonly user: { readonly id: string; readonly email: string; readonly emailVerified: boolean };
  readonly token: string;
}
