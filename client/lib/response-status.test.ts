import { expect, test } from '@jest/globals';
import { beginAction, setStatus, withActionResponse, withResponse } from './response-status.ts';

test('When pages are rendered concurrently, then each sets the status of its own response', async () => {
  const [missing, fine, away] = [{ statusCode: 200 }, { statusCode: 200 }, { statusCode: 200 }];
  await Promise.all([
    withResponse(missing, async () => {
      await Promise.resolve();
      setStatus(404);
    }),
    withResponse(fine, async () => Promise.resolve()),
    withResponse(away, async () => setStatus(503)),
  ]);
  expect([missing.statusCode, fine.statusCode, away.statusCode]).toEqual([404, 200, 503]);
});

test('When no response is being rendered, then nothing happens', () => {
  expect(() => setStatus(404)).not.toThrow();
});

test('When a request fails before its action began, then it is malformed; afterwards the failure is ours', async () => {
  const [malformed, ours] = [{ statusCode: 200 }, { statusCode: 200 }];
  await withActionResponse(malformed, async () => {
    malformed.statusCode = 500;
  });
  await withActionResponse(ours, async () => {
    beginAction();
    ours.statusCode = 500;
  });
  expect([malformed.statusCode, ours.statusCode]).toEqual([400, 500]);
});
