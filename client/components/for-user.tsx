import 'server-only';
import { redirect } from 'next/navigation';
import type { ComponentType } from 'react';
import type { User } from '../lib/api/schemas.ts';
import { signInPath } from '../lib/safe-next.ts';
import { readSession } from '../lib/server/api.ts';
import { UnavailablePage } from './unavailable.tsx';

interface Of<Props> {
  readonly title: string;
  /** Of this page: sign-in leads back to it, and it is what a retry loads. */
  readonly path: string | ((props: Props) => Promise<string>);
}

/**
 * A page for those who are signed in. Others are redirected to the sign-in page. While the auth service does not say who is
 * signed in, the page says only that, with the status 503.
 */
export const forUser = <Props extends object>(
  { title, path }: Of<Props>,
  Page: ComponentType<Props & { readonly user: User }>,
) => {
  const UserPage = async (props: Props) => {
    const own = typeof path === 'string' ? path : await path(props);
    const session = await readSession();
    if ('failure' in session) return <UnavailablePage title={title} failure={session.failure} retry={own} />;
    return <Page {...props} user={session.user ?? redirect(signInPath(own))} />;
  };
  return UserPage;
};
