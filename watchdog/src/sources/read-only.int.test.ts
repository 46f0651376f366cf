import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openMongodWithUsers } from '@ticketing/common/testing';
import { auditProduct } from '../checks/audit-product.ts';
import { openTestSources, type TestSources } from '../test/test-sources.ts';
import { openSources } from './open-sources.ts';
import { perService, services } from './services.ts';

let under: TestSources;
let mongod: Awaited<ReturnType<typeof openMongodWithUsers>>;

beforeAll(async () => {
  under = await openTestSources();
  mongod = await openMongodWithUsers(
    services.map((service) => ({ name: 'watchdog', database: service, role: 'read' as const })),
  );
}, 60_000);
afterAll(async () => {
  await mongod.close();
  await under.close();
});

test("When the watchdog's users may only read, then every check runs and nothing can be written", async () => {
  const sources = openSources({
    ...under.addresses,
    mongoUrls: perService((service) => mongod.urlOf('watchdog', service)),
  });
  try {
    await expect(auditProduct(sources, { settleMs: 1 })).resolves.toMatchObject({ snapshots: expect.any(Number) });
    for (const service of services) {
      const collection = sources.databases.of[service].collection('any');
      await expect(collection.insertOne({})).rejects.toThrow('not authorized');
    }
  } finally {
    await sources.close();
  }
});
