import { currentUserOf, route, type LiveSource } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps, RouteDeps } from '../deps.ts';
import { getOrder } from '../queries/get-order.ts';
import { orderShape } from './order-shape.ts';
import { toOrderDetails } from './order-view.ts';

export const streamOrderRoute = route(
  {
    name: 'streamOrder',
    description: 'Shows its state at once, then each new one within a second.',
    response: {
      description: 'States of the order, as `GET /api/orders/:orderId` has it',
      body: orderShape,
      isStream: true,
    },
    errors: [404],
  },
  (deps: RouteDeps) => async (req: Request<{ orderId: string }>, res) => {
    const { orderId } = req.params;
    await getOrder(deps, { orderId, userId: currentUserOf(req).id });
    await deps.liveOrders.open(req, res, orderId);
  },
);

export const orderSource = (deps: Deps): LiveSource => ({
  read: async (id) => {
    const order = await deps.orders.findOne({ _id: id });
    return order === null ? undefined : toOrderDetails(deps, order);
  },
});
