/**
 * The key with which tests may talk to Stripe itself, or why they don't.
 * @throws for a live key, since the tests charge cards.
 */
export const stripeItself = (
  env: NodeJS.ProcessEnv,
): { readonly key: string } | { readonly key: undefined; readonly reason: string } => {
  const { STRIPE_KEY: key = '' } = env;
  if (/^[rs]k_live_/.test(key))
    throw new Error(
      'STRIPE_KEY is a live key, and the tests make payments: use a test key (sk_test_… or rk_test_…), or unset it',
    );
  if (/^[rs]k_test_/.test(key)) return { key };
  const problem = key === '' ? 'is not set to' : 'is not';
  return { key: undefined, reason: `STRIPE_KEY ${problem} a test key of Stripe's, sk_test_… or rk_test_…` };
};
