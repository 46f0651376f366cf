import { expect, test } from '@jest/globals';
import { linkPageHeaders } from './link-pages.ts';

test.each(['/verify-email?token=t', '/reset-password?token=t', '/reset-password/?token=t', '/reset-password'])(
  'When a page of a mailed link is opened at %s, then nothing learns or stores its address',
  (url) => {
    expect(linkPageHeaders(url)).toEqual({ 'Referrer-Policy': 'no-referrer', 'Cache-Control': 'private, no-store' });
  },
);

test.each(['/', '/account', '/verify-emails', '/forgot-password?next=/reset-password'])(
  'When %s is opened, then it has the headers of every page',
  (url) => {
    expect(linkPageHeaders(url)).toEqual({});
  },
);
