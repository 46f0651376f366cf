import { currentUserOf, route } from '@ticketing/common/http';
import { z } from 'zod';
import type { Deps } from '../deps.ts';
import { exportAccount } from '../queries/export-account.ts';
import { passkeysShape } from './passkey-list-shape.ts';
import { sessionsShape } from './session-shape.ts';

const time = z.iso.datetime();
const exportShape = z.object({
  account: z.object({
    id: z.string(),
    email: z.string(),
    emailVerified: z.boolean(),
    createdAt: time.optional(),
    passwordChangedAt: time.optional(),
    requestedEmail: z.string().optional(),
  }),
  sessions: sessionsShape,
  passkeys: passkeysShape,
  mails: z.array(z.object({ template: z.string(), at: time, sentAt: time.optional() })),
});

export const exportAccountRoute = route(
  { name: 'exportAccount', response: { description: 'All that auth keeps of the account', body: exportShape } },
  (deps: Deps) => async (req, res) => {
    res.set('Content-Disposition', 'attachment; filename="account.json"');
    res.send(await exportAccount(deps, currentUserOf(req)));
  },
);
