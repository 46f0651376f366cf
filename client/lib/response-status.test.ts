import { expect, test } from '@jest/globals';
import {
  beginAction,
  isSharedRendering,
  markPersonal,
  setHeader,
  setStatus,
  withActionResponse,
  withResponse,
  withSharedResponse,
} from './response-status.ts';

const response = () => ({ statusCode: 200, setHeader: (): void => undefined });

test('When pages are rendered concurrently, then each sets the status of its own response', async () => {
  const [missing, fine, away] = [response(), response(), response()];
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

test('When an action sets a header, then its own response has it', async () => {
  const headers: string[][] = [];
  const own = { statusCode: 200, setHeader: (...header: readonly string[]) => headers.push([...header]) };
  await withActionResponse(own, async () => setHeader('Clear-Site-Data', '"storage"'));
  expect(headers).toEqual([['Clear-Site-Data', '"storage"']]);
});

test('When a page that others get too is rendered, then it can be marked as personal, and no other one is', async () => {
  const marked: string[] = [];
  const shared: Record<string, boolean> = {};
  const render = async (name: string) => {
    await Promise.resolve();
    shared[name] = isSharedRendering();
    if (name !== 'home') markPersonal();
  };
  await Promise.all([
    withSharedResponse(
      response(),
      () => marked.push('home'),
      async () => render('home'),
    ),
    withSharedResponse(
      response(),
      () => marked.push('event'),
      async () => render('event'),
    ),
    withResponse(response(), async () => render('orders')),
  ]);
  expect(shared).toEqual({ home: true, event: true, orders: false });
  expect(marked).toEqual(['event']);
});

test('When no response is being rendered, then nothing happens', () => {
  expect(() => setStatus(404)).not.toThrow();
  expect(() => setHeader('a', 'b')).not.toThrow();
});

test('When a request fails before its action began, then it is malformed; afterwards the failure is ours', async () => {
  const [malformed, ours] = [response(), response()];
  await withActionResponse(malformed, async () => {
    malformed.statusCode = 500;
  });
  await withActionResponse(ours, async () => {
    beginAction();
    ours.statusCode = 500;
  });
  expect([malformed.statusCode, ours.statusCode]).toEqual([400, 500]);
});
