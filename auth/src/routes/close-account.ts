import { currentUserOf, parse, route } from '@ticketing/common/http';
import { z } from 'zod';
import { closeAccount } from '../commands/close-account.ts';
import type { Deps } from '../deps.ts';
import { knownPassword } from './credentials.ts';
import { rememberDone } from './done-cookie.ts';

const body = z.object({ password: knownPassword });

export const closeAccountRoute = route(
  { name: 'closeAccount', body, response: { status: 204, description: 'The account is closed' }, errors: [409] },
  (deps: Deps) => async (req, res) => {
    const { id: userId, email } = currentUserOf(req);
    await closeAccount(deps, { ...parse(body, req.body), userId, trace: req.trace });
    deps.securityLog.record(req, 'account_closed', { account: deps.devices.hash(email) });
    req.session = null;
    rememberDone(req, res, '/goodbye');
    res.status(204).end();
  },
);
