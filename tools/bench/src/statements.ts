import type { HttpClient, HttpRequest } from '@ticketing/test/http-client';
import type { MongoClient } from 'mongodb';

const commandNames = ['find', 'insert', 'update', 'delete', 'findAndModify', 'aggregate'] as const;

/** The statements that MongoDB gets while `action` runs, by the name of the command: a bulk write of many operations is one. */
export const statementsOf = async <T>(
  mongo: MongoClient,
  action: () => Promise<T>,
): Promise<{ readonly result: T; readonly ms: number; readonly statements: ReadonlyMap<string, number> }> => {
  const read = async () => {
    const { metrics } = await mongo.db('admin').command({ serverStatus: 1 });
    return new Map(commandNames.map((name) => [name, Number(metrics.commands[name].total)] as const));
  };
  const before = await read();
  const start = performance.now();
  const result = await action();
  const ms = performance.now() - start;
  const after = await read();
  const statements = new Map(commandNames.map((name) => [name, (after.get(name) ?? 0) - (before.get(name) ?? 0)]));
  return { result, ms, statements };
};

/** In which the product removes published events, moves entries to the ledger, and counts events. */
export const settleMs = 4_000;

interface Counted {
  readonly ms: number;
  readonly statements: ReadonlyMap<string, number>;
}

/** What was counted beyond what is repeated in the same time while nothing happens, for one of `count`. */
export const withoutIdle = (busy: Counted, idle: Counted, count: number): Map<string, number> =>
  new Map(
    [...busy.statements].map(([name, total]) => [
      name,
      (total - ((idle.statements.get(name) ?? 0) * busy.ms) / idle.ms) / count,
    ]),
  );

/** The client that also counts its requests in `requests`, by method, path and status. */
export const counting = (client: HttpClient, requests: Map<string, number>): HttpClient => ({
  ...client,
  send: async (request: HttpRequest) => {
    const response = await client.send(request);
    const path = request.path.replace(/[0-9a-f]{24}/, ':id');
    const step = `${request.method} ${path} → ${response.status}`;
    requests.set(step, (requests.get(step) ?? 0) + 1);
    return response;
  },
});
