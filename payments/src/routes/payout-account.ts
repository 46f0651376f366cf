import { currentUserOf, route } from '@ticketing/common/http';
import { z } from 'zod';
import { beginOnboarding } from '../commands/payout/begin-onboarding.ts';
import { checkPayoutAccount } from '../commands/payout/check-payout-account.ts';
import type { Deps } from '../deps.ts';
import { onboardingShape, payoutAccountShape } from './sales-shape.ts';

export const getPayoutAccountRoute = route(
  {
    name: 'getPayoutAccount',
    response: { description: "Whether Stripe can pay out to the caller's account", body: payoutAccountShape },
  },
  (deps: Deps) => async (req, res) => {
    res.send({ status: await checkPayoutAccount(deps, currentUserOf(req).id) });
  },
);

export const beginOnboardingRoute = route(
  {
    name: 'beginOnboarding',
    description: 'Creates the account at Stripe if there is none yet.',
    body: z.object({}).optional(),
    response: {
      description: "Stripe's page for setting the account up, which leads back to the site",
      body: onboardingShape,
    },
  },
  (deps: Deps) => async (req, res) => {
    res.send({ url: await beginOnboarding(deps, currentUserOf(req).id) });
  },
);
