import { expect, test } from '@jest/globals';
import type { Mail } from '@ticketing/mailbox/store';
import { checkMails, type Cause } from './check-mails.ts';

const paid: Cause = { kind: 'paid', to: 'a@example.com', subject: 'You have bought', about: '/orders/1' };
const reset: Cause = { kind: 'reset', to: 'a@example.com', subject: 'Choose a new password' };

const mail = (subject: string, text: string, second = 0): Mail => ({
  id: '',
  messageId: '',
  from: '',
  to: 'a@example.com',
  subject,
  text,
  html: '',
  receivedAt: new Date(second * 1000).toISOString(),
  attachments: [],
});
const receipt = mail('You have bought: Row 1', 'See https://tickets.example/orders/1', 7);
const link = mail('Choose a new password', 'https://tickets.example/reset-password');

test('When every cause has its mail, then nothing is missing, and the time is that of the last one', () => {
  expect(checkMails([paid, reset], [receipt, link])).toEqual({
    counts: new Map([
      ['paid', { causes: 1, missing: 0, doubled: 0 }],
      ['reset', { causes: 1, missing: 0, doubled: 0 }],
    ]),
    total: { causes: 2, missing: 0, doubled: 0 },
    lastArrival: 7_000,
    unexpected: [],
  });
});

test('When a mail is missing, about another order, or there twice, then it is counted', () => {
  const other = mail('You have bought: Row 1', 'See https://tickets.example/orders/2');
  expect(checkMails([paid, reset], [other, link, link, link])).toMatchObject({
    counts: new Map([
      ['paid', { causes: 1, missing: 1, doubled: 0 }],
      ['reset', { causes: 1, missing: 0, doubled: 2 }],
    ]),
    unexpected: [{ to: 'a@example.com', subject: 'You have bought: Row 1' }],
  });
});

test('When a request replaces an earlier one, then one mail or two are right', () => {
  const causes = [{ ...reset, isOptional: true } as const, reset];
  const verdicts = [0, 1, 2, 3].map(
    (count) =>
      checkMails(
        causes,
        Array.from({ length: count }, () => link),
      ).total,
  );
  expect(verdicts.map(({ missing, doubled }) => [missing, doubled])).toEqual([
    [1, 0],
    [0, 0],
    [0, 0],
    [0, 1],
  ]);
});

test('When a mail is sent again, then the time is that of its first arrival', () => {
  const again = { ...receipt, receivedAt: new Date(60_000).toISOString() };
  expect(checkMails([paid], [again, receipt]).lastArrival).toBe(7_000);
});
