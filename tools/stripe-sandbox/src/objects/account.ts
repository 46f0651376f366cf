import { acceptsTransfers, type Account, type AccountLink } from '../domain/connect-records.ts';

/** What Stripe wants to know before onboarding, and of a restricted account. */
const onboardingFields = ['external_account', 'tos_acceptance.date', 'tos_acceptance.ip'];
const restrictedFields = ['individual.verification.document'];

/** Stripe's account object of a connected account. */
export const accountObject = (account: Account) => {
  const isActive = acceptsTransfers(account);
  const due = account.detailsSubmitted ? (account.isRestricted ? restrictedFields : []) : onboardingFields;
  return {
    id: account.id,
    object: 'account',
    business_type: 'individual',
    capabilities: { transfers: isActive ? 'active' : 'inactive' },
    charges_enabled: isActive,
    country: account.country,
    created: account.created,
    details_submitted: account.detailsSubmitted,
    email: account.email,
    metadata: account.metadata,
    payouts_enabled: isActive,
    requirements: {
      alternatives: [],
      current_deadline: null,
      currently_due: due,
      disabled_reason: isActive ? null : 'requirements.past_due',
      errors: [],
      eventually_due: due,
      past_due: due,
      pending_verification: [],
    },
    type: 'express',
  };
};

/** Path of the onboarding page. */
export const onboardingPath = (linkId: string): string => `/onboarding/${linkId}`;

/** Stripe's account link object. */
export const accountLinkObject = (link: AccountLink, publicUrl: string) => ({
  object: 'account_link',
  created: link.created,
  expires_at: link.expiresAt,
  url: `${publicUrl}${onboardingPath(link.id)}`,
});
