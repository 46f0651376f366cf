import type { Metadata } from 'next';
import { SignPage } from '../../components/sign-page.tsx';
import type { QueryParams } from '../../lib/query-params.ts';
import { postSignIn } from '../form-actions.ts';

export const metadata: Metadata = { title: 'Sign in' };

const SignInPage = ({ searchParams }: { readonly searchParams: Promise<QueryParams> }) => (
  <SignPage kind="signin" post={postSignIn} searchParams={searchParams} />
);

export default SignInPage;
