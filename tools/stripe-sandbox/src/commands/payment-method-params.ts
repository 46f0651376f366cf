import { z } from 'zod';
import { passesLuhn } from '../domain/card-number.ts';
import type { BillingDetails, PaymentMethod } from '../domain/records.ts';
import { cardOfMagicMethod, cardOfNumber, cardOfToken, type TestCard } from '../domain/test-cards.ts';
import { mergedMetadata, metadata, name, text } from '../params.ts';
import { noSuch, StripeError } from '../stripe-error.ts';
import type { Context } from './change.ts';

const maybeText = text.optional().transform((value) => value ?? null);

const billing = z
  .strictObject({
    address: z
      .strictObject({
        city: maybeText,
        country: maybeText,
        line1: maybeText,
        line2: maybeText,
        postal_code: maybeText,
        state: maybeText,
      })
      .prefault({}),
    email: maybeText,
    name: maybeText,
    phone: maybeText,
  })
  .optional();

const card = z.union([
  z.strictObject({ token: name }),
  z.strictObject({ number: name, exp_month: name, exp_year: name, cvc: z.string().optional() }),
]);

/** `payment_method_data[…]` of a PaymentIntent, and the body of POST /v1/payment_methods. */
export const paymentMethodParams = z.strictObject({
  type: z.literal('card', { error: 'The sandbox accepts the payment method type card only.' }),
  card,
  billing_details: billing,
  metadata: metadata.optional(),
  allow_redisplay: z.enum(['always', 'limited', 'unspecified']).optional(),
});

export type PaymentMethodParams = z.infer<typeof paymentMethodParams>;

const cardError = (code: string, message: string, param: string, declineCode?: string): StripeError =>
  new StripeError(402, {
    type: 'card_error',
    code,
    message,
    param,
    ...(declineCode === undefined ? {} : { extra: { decline_code: declineCode } }),
  });

interface TypedCard {
  readonly card: TestCard;
  readonly expMonth: number;
  readonly expYear: number;
  readonly hasCvc: boolean;
}

/** The test card with these details. @throws StripeError 402 that names the invalid parameter. */
const typedCard = (
  given: {
    readonly number: string;
    readonly exp_month: string;
    readonly exp_year: string;
    readonly cvc?: string | undefined;
  },
  now: number,
): TypedCard => {
  const digits = given.number.replaceAll(/[\s-]/g, '');
  if (!/^\d{12,19}$/.test(digits) || !passesLuhn(digits)) {
    throw cardError('incorrect_number', 'Your card number is incorrect.', 'number');
  }
  const month = /^\d{1,2}$/.test(given.exp_month) ? Number(given.exp_month) : 0;
  if (month < 1 || month > 12) {
    throw cardError('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  }
  const year = /^(\d\d|\d{4})$/.test(given.exp_year) ? (Number(given.exp_year) % 100) + 2000 : 0;
  const today = new Date(now * 1000);
  const thisYear = today.getUTCFullYear();
  if (year < thisYear || year > thisYear + 50) {
    throw cardError('invalid_expiry_year', "Your card's expiration year is invalid.", 'exp_year');
  }
  if (year === thisYear && month < today.getUTCMonth() + 1) {
    throw cardError('invalid_expiry_month', "Your card's expiration month is invalid.", 'exp_month');
  }
  const found = cardOfNumber(digits);
  if (found === undefined) {
    throw cardError(
      'card_declined',
      'Your card was declined. Your request was in test mode, but used a non test (live) card. For a list of valid test cards, visit: https://stripe.com/docs/testing.',
      'number',
      'test_mode_live_card',
    );
  }
  const cvcLength = found.brand === 'amex' ? /^\d{3,4}$/ : /^\d{3}$/;
  if (given.cvc !== undefined && !cvcLength.test(given.cvc)) {
    throw cardError('invalid_cvc', "Your card's security code is invalid.", 'cvc');
  }
  return { card: found, expMonth: month, expYear: year, hasCvc: given.cvc !== undefined };
};

const predefined = (card: TestCard, now: number): TypedCard => {
  const today = new Date(now * 1000);
  return { card, expMonth: today.getUTCMonth() + 1, expYear: today.getUTCFullYear() + 1, hasCvc: true };
};

const record = (
  context: Context,
  typed: TypedCard,
  more: { readonly billing: BillingDetails | null; readonly metadata: Readonly<Record<string, string>> },
): PaymentMethod => ({
  object: 'payment_method',
  id: context.newId('pm'),
  created: context.now(),
  card: typed.card.names[0],
  expMonth: typed.expMonth,
  expYear: typed.expYear,
  hasCvc: typed.hasCvc,
  billing: more.billing,
  metadata: { ...more.metadata },
  usedBy: null,
});

/**
 * Creates a payment method from a token or card details. `path` is the path of `params` in the request, for errors.
 * @throws StripeError 400 for an unknown token, 402 for invalid card details.
 */
export const newPaymentMethod = (context: Context, params: PaymentMethodParams, path: string): PaymentMethod => {
  const more = { billing: params.billing_details ?? null, metadata: mergedMetadata({}, params.metadata) };
  if (!('token' in params.card)) return record(context, typedCard(params.card, context.now()), more);
  const found = cardOfToken(params.card.token);
  if (found === undefined) {
    throw noSuch('token', params.card.token, path === '' ? 'card[token]' : `${path}[card][token]`);
  }
  return record(context, predefined(found, context.now()), more);
};

/** The parameters of a request that name or describe its payment method. */
export const paymentMethodFields = {
  payment_method: name.optional(),
  payment_method_data: paymentMethodParams.optional(),
};

export interface PaymentMethodFields {
  readonly payment_method?: string | undefined;
  readonly payment_method_data?: PaymentMethodParams | undefined;
}

/**
 * The payment method of a request: created from `payment_method_data` or from a predefined one such as `pm_card_visa`,
 * or a stored one. Undefined if the request has none.
 * @throws StripeError 400
 */
export const resolvePaymentMethod = (context: Context, params: PaymentMethodFields): PaymentMethod | undefined => {
  if (params.payment_method_data !== undefined) {
    if (params.payment_method !== undefined) {
      throw new StripeError(400, {
        message: 'You may only specify one of these parameters: payment_method, payment_method_data.',
        param: 'payment_method',
      });
    }
    return newPaymentMethod(context, params.payment_method_data, 'payment_method_data');
  }
  const id = params.payment_method;
  if (id === undefined) return undefined;
  const predefinedCard = cardOfMagicMethod(id);
  if (predefinedCard !== undefined) {
    return record(context, predefined(predefinedCard, context.now()), { billing: null, metadata: {} });
  }
  const known = context.lookup.paymentMethod(id);
  if (known === undefined) throw noSuch('PaymentMethod', id, 'payment_method');
  if (known.usedBy !== null) {
    throw new StripeError(400, {
      message:
        'The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, shared with a connected account without Customer attachment, or was detached from a Customer. It may not be used again. To use a PaymentMethod multiple times, you must attach it to a Customer first.',
    });
  }
  return known;
};
