import type { Metadata } from 'next';
import { SignPage } from '../../components/sign-page.tsx';
import type { QueryParams } from '../../lib/query-params.ts';
import { postSignUp } from '../form-actions.ts';

export const metadata: Metadata = { title: 'Create an account' };

const SignUpPage = ({ searchParams }: { readonly searchParams: Promise<QueryParams> }) => (
  <SignPage kind="signup" post={postSignUp} searchParams={searchParams} />
);

export default SignUpPage;
