import { afterEach, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { createRandom } from '../random.ts';
import { Accounts } from './accounts.ts';
import { Ledger } from './ledger.ts';
import { Market } from './market.ts';
import { openRetryingClient, type RetryingClient } from './retrying-client.ts';

let server: Server | undefined;
let http: RetryingClient | undefined;
afterEach(async () => {
  await http?.close();
  server?.close();
});

/** Accounts with an ended session, of which the second of two replicas has not heard for its first requests of each path. */
const openAccounts = async (unheard: number) => {
  const requests = new Map<string, number>();
  server = createServer((req, res) => {
    const count = (requests.get(req.url ?? '') ?? 0) + 1;
    requests.set(req.url ?? '', count);
    const isUnheard = count % 2 === 0 && count / 2 <= unheard;
    res.writeHead(req.method === 'POST' || isUnheard ? 200 : 401, { 'content-type': 'application/json' }).end('{}');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  http = openRetryingClient(`http://127.0.0.1:${port}`, () => undefined);
  const stopping = new AbortController().signal;
  const accounts = new Accounts(http, new Market({ http, ledger: new Ledger(), random: createRandom(1), stopping }));
  await accounts.signOutElsewhere({
    cookie: 'here',
    email: 'a@example.com',
    elsewhere: { cookie: 'there' },
  });
  return accounts;
};

test('When one replica hears of the end of a session later than another one, then it has its time', async () => {
  const accounts = await openAccounts(2);
  expect(await accounts.findLost({ replicas: 2, since: performance.now() })).toEqual([]);
});

test('When a replica has not heard of the end of a session and its time is over, then the session is reported', async () => {
  const accounts = await openAccounts(Infinity);
  const lost = await accounts.findLost({ replicas: 2, since: performance.now() - 60_000 });
  expect(lost.map(({ check }) => check)).toEqual(['sessions', 'sessions', 'sessions', 'sessions']);
});
