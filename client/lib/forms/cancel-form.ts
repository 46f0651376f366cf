import { cancelOrder } from '../api/marketplace.ts';
import { failed, fieldOf, goTo, type FormOperation } from './form-state.ts';

export const cancelForm: FormOperation = async (deps, form) => {
  const orderId = fieldOf(form, 'orderId');
  const orderPath = `/orders/${encodeURIComponent(orderId)}`;
  const result = await cancelOrder(deps.api, orderId);
  return result.ok ? goTo(orderPath) : failed(result.failure, orderPath);
};
