import { beginOnboarding } from '../api/marketplace.ts';
import { failed, goTo, type FormOperation } from './form-state.ts';

/** Goes to Stripe's page for setting up the account that the seller is paid to. */
export const payoutForm: FormOperation = async ({ api }) => {
  const result = await beginOnboarding(api);
  return result.ok ? goTo(result.data.url) : failed(result.failure, '/sales');
};
