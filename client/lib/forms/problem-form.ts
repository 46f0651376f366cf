import { reportProblem } from '../api/marketplace.ts';
import { failed, fieldOf, goTo, type FormOperation } from './form-state.ts';

export const problemForm: FormOperation = async (deps, form) => {
  const orderId = fieldOf(form, 'orderId');
  const text = fieldOf(form, 'text');
  const orderPath = `/orders/${encodeURIComponent(orderId)}`;
  const result = await reportProblem(deps.api, { orderId, text });
  return result.ok ? goTo(orderPath) : failed(result.failure, orderPath, { text });
};
