import { expect, test } from '@jest/globals';
import { startBaseline, startRouterTo } from './start-baseline.ts';

test("When the product's router stands in front of a baseline server, then it forwards requests to it", async () => {
  const baseline = await startBaseline('bare', 'mongodb://not-used');
  const router = await startRouterTo(baseline.url);
  const response = await fetch(`${router.url}/api/tickets`);
  expect(await response.json()).toEqual({ hello: 'world' });
  await router.stop();
  await baseline.stop();
}, 30_000);
