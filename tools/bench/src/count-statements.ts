import { required } from '@ticketing/launcher/required';
import { failWith, print, readCommandLine, wholeNumbersOf } from '@ticketing/test/command-line';
import { openHttpClient } from '@ticketing/test/http-client';
import { startProduct } from '@ticketing/test/start-product';
import { MongoClient, type Document } from 'mongodb';
import { setTimeout as delay } from 'node:timers/promises';
import { sum } from './cpu.ts';
import { journey, newTimes } from './scenarios/journeys.ts';
import { databaseNames, kindOf, profiled } from './profile.ts';
import { counting, settleMs, withoutIdle } from './statements.ts';
import { signUp } from './users.ts';

/**
 * What one journey sends: HTTP requests, and operations that MongoDB has executed, by service and kind. Journeys run one after the
 * other, so what is counted does not depend on the speed of the machine, but for the polls of the load generator. Operations that
 * are repeated while nothing happens are found in an idle time before, and left out.
 */
const fail = failWith('node tools/launcher/run.mjs tools/bench/src/count-statements.ts [--journeys N]');
const { values } = readCommandLine({ options: { journeys: { type: 'string', default: '5' } } }, fail);
const count = wholeNumbersOf(values, fail)('journeys', 1, 1_000);
const idleMs = 12_000;

const countKinds = (entries: readonly Document[]): Map<string, number> => {
  const kinds = new Map<string, number>();
  for (const entry of entries) kinds.set(kindOf(entry), (kinds.get(kindOf(entry)) ?? 0) + 1);
  return kinds;
};

const product = await startProduct({ settings: { MAX_LIVE_HOLDS: '10000' } });
try {
  const mongod = required(
    product.processes().find(({ name }) => name === 'mongod'),
    'mongod in processes.json',
  );
  const mongo = await new MongoClient(mongod.url).connect();
  const names = await databaseNames(mongo);
  const client = openHttpClient(product.loopbackUrl, { connections: 4 });
  const seller = await signUp(client, 'seller@bench.example');
  const buyer = await signUp(client, 'buyer@bench.example');
  const times = newTimes();
  for (let index = 0; index < 3; index += 1)
    await journey(client, seller, buyer, index, times).catch((error: unknown) => print(String(error)));
  await delay(settleMs);

  const idle = await profiled(mongo, names, () => delay(idleMs));
  const entries: Document[] = [];
  const statements = new Map<string, number>();
  const requests = new Map<string, number>();
  let ms = 0;
  // A machine that is busy with something else may make a request fail: that journey does not count.
  for (let index = 0, made = 0; made < count && index < 3 * count; index += 1) {
    const sent = new Map<string, number>();
    try {
      const one = await profiled(mongo, names, async () => {
        await journey(counting(client, sent), seller, buyer, 100 + index, times);
        await delay(settleMs);
      });
      made += 1;
      ms += one.ms;
      entries.push(...one.entries);
      for (const [name, total] of one.statements) statements.set(name, (statements.get(name) ?? 0) + total);
      for (const [step, total] of sent) requests.set(step, (requests.get(step) ?? 0) + total);
    } catch (error) {
      print(String(error));
    }
  }
  await mongo.close();
  await client.close();

  print(`\nHTTP requests per journey`);
  for (const [step, sent] of requests) print(`${(sent / count).toFixed(1)}  ${step}`);
  print(`${times.confirmed.length} journeys, confirmed in the 201 of the order: ${sum(times.confirmed)}`);
  print(`\nstatements (commands) per journey, of all services, without those that are repeated while nothing happens`);
  for (const [name, sent] of withoutIdle({ ms, statements }, idle, count)) print(`${sent.toFixed(1)}  ${name}`);
  print(`\noperations per journey`);
  const kinds = withoutIdle(
    { ms, statements: countKinds(entries) },
    { ms: idle.ms, statements: countKinds(idle.entries) },
    count,
  );
  for (const [kind, found] of [...kinds].toSorted(([one], [other]) => one.localeCompare(other)))
    if (Math.abs(found) >= 0.15) print(`${found.toFixed(1)}  ${kind}`);
} finally {
  await product.stop();
}
