import { currentUserOf, linesOfText, parse, route } from '@ticketing/common/http';
import type { Request } from 'express';
import { z } from 'zod';
import { reportProblem } from '../commands/report-problem.ts';
import type { Deps } from '../deps.ts';
import { orderShape } from './order-shape.ts';
import { toOrderView } from './order-view.ts';

const maxLength = 2_000;

const body = z.object({ text: linesOfText('Text', maxLength) });

export const reportProblemRoute = route(
  {
    name: 'reportProblem',
    body,
    response: { status: 201, description: 'The problem is reported, and the proceeds are held back', body: orderShape },
    errors: [404],
  },
  (deps: Deps) => async (req: Request<{ orderId: string }>, res) => {
    const { text } = parse(body, req.body);
    const { orderId } = req.params;
    const order = await reportProblem(deps, { orderId, userId: currentUserOf(req).id, text, trace: req.trace });
    res.status(201).send(toOrderView(deps, order));
  },
);
