import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getCodes } from '../queries/get-file.ts';
import { codesShape } from './code-shape.ts';

export const getCodesRoute = route(
  {
    name: 'getCodes',
    description:
      'The codes in the file of a ticket, drawn anew, for whoever may download it. A code of which no drawing would be read as the same is left out, and so are all behind the first 20.',
    response: { description: 'The codes, in the order of the pages', body: codesShape },
    errors: [404],
  },
  (deps: Deps) => async (req: Request<{ ticketId: string }>, res) => {
    const { total, drawings } = await getCodes(deps, { ticketId: req.params.ticketId, userId: currentUserOf(req).id });
    res.send({ total, codes: [...drawings] });
  },
);
