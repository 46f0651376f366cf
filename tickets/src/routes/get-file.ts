import { currentUserOf, route } from '@ticketing/common/http';
import type { Request } from 'express';
import type { Deps } from '../deps.ts';
import { getFile } from '../queries/get-file.ts';
import { fileTypes } from './file-shape.ts';

export const getFileRoute = route(
  {
    name: 'getFile',
    description: 'For the seller until the ticket is sold, from then on for the buyer.',
    response: { description: 'The file, as an attachment', file: fileTypes },
    errors: [404],
  },
  (deps: Deps) => async (req: Request<{ ticketId: string }>, res) => {
    const request = { ticketId: req.params.ticketId, userId: currentUserOf(req).id };
    const { filename, contentType, content } = await getFile(deps, request);
    res.attachment(filename).type(contentType).send(content);
  },
);
