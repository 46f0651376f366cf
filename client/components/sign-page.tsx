import { redirect } from 'next/navigation';
import { safeNext, signInPath } from '../lib/safe-next.ts';
import { param, type QueryParams } from '../lib/query-params.ts';
import { currentUser } from '../lib/server/api.ts';
import { PageLink } from './page-link.tsx';
import { PasskeySignIn } from './passkey-sign-in.tsx';
import { SignForm } from './sign-form.tsx';
import type { PostForm } from './use-form.ts';

/** The page around a sign-in or sign-up form; redirects a user who is signed in already. */
export const SignPage = async ({
  kind,
  post,
  searchParams,
}: {
  readonly kind: 'signin' | 'signup';
  readonly post: PostForm;
  readonly searchParams: Promise<QueryParams>;
}) => {
  const next = safeNext(param(await searchParams, 'next'));
  if ((await currentUser()) !== undefined) redirect(next);
  const other = kind === 'signin' ? 'signup' : 'signin';
  return (
    <div className="shell max-w-md py-10 md:py-16">
      <h1 className="text-3xl font-bold">{kind === 'signin' ? 'Sign in' : 'Create an account'}</h1>
      <p className="mt-2 text-muted">
        {next === '/' ? 'To hold, buy and sell tickets.' : 'We will take you back to where you were.'}
      </p>
      <div className="panel mt-6 p-5 sm:p-6">
        <SignForm kind={kind} post={post} next={next} />
        {kind === 'signin' && <PasskeySignIn next={next} />}
      </div>
      {kind === 'signin' && (
        <p className="mt-5 text-center">
          <PageLink href="/forgot-password" className="link">
            Forgot your password?
          </PageLink>
        </p>
      )}
      <p className="mt-5 text-center text-muted">
        <span>{kind === 'signin' ? 'New to Foyer?' : 'Already have an account?'}</span>{' '}
        <PageLink href={signInPath(next, other)} className="link">
          {kind === 'signin' ? 'Create an account' : 'Sign in'}
        </PageLink>
      </p>
    </div>
  );
};
