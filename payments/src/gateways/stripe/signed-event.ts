import type { Stripe } from 'stripe';

/** Reads an event that is signed with one of the secrets. @throws when it is signed with none of them. */
export const signedEvent = (
  stripe: Stripe,
  { body, signature }: { readonly body: Buffer; readonly signature: string },
  secrets: readonly string[],
): Stripe.Event => {
  let failure: unknown = new Error('there is no secret');
  for (const secret of secrets) {
    try {
      return stripe.webhooks.constructEvent(body, signature, secret);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
};
