import { currencyCodes, currencyOf, toPlainText } from '@ticketing/common/money';
import { StripeError } from '../stripe-error.ts';

/** 1999, usd → "$19.99 usd", as Stripe's messages write money. */
export const moneyText = (amount: number, code: string): string =>
  `${code === 'usd' ? '$' : ''}${toPlainText(currencyOf(code), amount)} ${code}`;

/** Whether the sandbox accepts this currency. */
export const isCurrency = (code: string): boolean => currencyCodes.includes(code);

/** @throws StripeError 400 for an amount of a three-decimal currency that does not end in 0. */
export const checkStep = (amount: number, code: string): void => {
  const { step } = currencyOf(code);
  if (amount % step === 0) return;
  throw new StripeError(400, {
    code: 'parameter_invalid_integer',
    message: `Invalid amount: amounts in ${code} must be evenly divisible by ${step}.`,
    param: 'amount',
  });
};

/** @throws StripeError 400 for an amount that Stripe would not charge. */
export const checkAmount = (amount: number, code: string): void => {
  const { minimum, maximum } = currencyOf(code);
  if (amount < minimum) {
    throw new StripeError(400, {
      code: 'amount_too_small',
      message: `Amount must be at least ${moneyText(minimum, code)}`,
      param: 'amount',
    });
  }
  if (amount > maximum) {
    throw new StripeError(400, {
      code: 'amount_too_large',
      message: `Amount must be no more than ${moneyText(maximum, code)}`,
      param: 'amount',
    });
  }
  checkStep(amount, code);
};
