import { BadRequestError } from '@ticketing/common/errors';
import { currentUserOf, parse, route } from '@ticketing/common/http';
import type { Request } from 'express';
import { z } from 'zod';
import { uploadFile } from '../commands/upload-file.ts';
import type { Deps } from '../deps.ts';
import { fileTypes, maxFileBytes } from './file-shape.ts';
import { ticketShape } from './ticket-shape.ts';
import { toTicketView } from './ticket-view.ts';

const uploadQuery = z.object({
  confirm: z
    .enum(['no-code'], 'Confirm must be no-code')
    .optional()
    .meta({ description: 'no-code: the seller confirms that the file has no code' }),
});

export const uploadFileRoute = route(
  {
    name: 'uploadFile',
    description:
      'The ticket itself, with every code that admits somebody. Before the sale it is a change of the listing; afterwards it delivers the ticket, once.',
    query: uploadQuery,
    upload: { types: fileTypes, maxBytes: maxFileBytes },
    response: { description: 'The ticket as it is now', body: ticketShape },
    errors: [404, 409],
  },
  (deps: Deps) => async (req: Request<{ ticketId: string }>, res) => {
    const { confirm } = parse(uploadQuery, req.query);
    const bytes: unknown = req.body;
    const contentType = fileTypes.find((type) => req.is(type) !== false);
    if (!Buffer.isBuffer(bytes) || bytes.length === 0 || contentType === undefined) {
      throw new BadRequestError('The request has no file');
    }
    const ticket = await uploadFile(deps, {
      ticketId: req.params.ticketId,
      userId: currentUserOf(req).id,
      bytes,
      contentType,
      mayHaveNoCode: confirm === 'no-code',
      trace: req.trace,
    });
    res.send(toTicketView(deps, ticket));
  },
);
