import type { z } from 'zod';
import { render } from '../objects/render.ts';
import { expand } from '../params.ts';
import type { Change, Context } from './change.ts';
import { newPaymentMethod, paymentMethodParams } from './payment-method-params.ts';

export const createPaymentMethodParams = paymentMethodParams.extend({ expand });

/** POST /v1/payment_methods */
export const createPaymentMethod = (context: Context, params: z.infer<typeof createPaymentMethodParams>): Change => {
  const method = newPaymentMethod(context, params, '');
  return {
    records: [method],
    events: [],
    status: 200,
    body: render(context.lookup, method),
    chargesCard: false,
  };
};
