import { expect, test } from '@jest/globals';
import { readEnv } from '../service/config.ts';
import { mailEnv } from './mail-env.ts';

const read = (SMTP_URL: string, MAIL_FROM: string) => readEnv(mailEnv, { SMTP_URL, MAIL_FROM });

test.each([
  ['tickets@example.com', { name: '', address: 'tickets@example.com' }],
  ['Ticketing <tickets@example.com>', { name: 'Ticketing', address: 'tickets@example.com' }],
  ['"Tickets, and more" <tickets@example.com>', { name: 'Tickets, and more', address: 'tickets@example.com' }],
  ['<tickets@example.com>', { name: '', address: 'tickets@example.com' }],
])('When the sender is %s, then its name and address are known', (text, sender) => {
  expect(read('smtps://user:secret@mail.example', text).MAIL_FROM).toEqual(sender);
});

test.each(['', 'tickets', 'a@b@c', 'one@example.com, two@example.com', 'X\r\nBcc: <a@example.com>'])(
  'When the sender is %j, then the error names the variable',
  (text) => {
    expect(() => read('smtp://mail.example:25', text)).toThrow('MAIL_FROM');
  },
);

test.each(['', 'mail.example', 'http://mail.example', 'smtp://'])(
  'When the mail server is %j, then the error names the variable',
  (text) => {
    expect(() => read(text, 'tickets@example.com')).toThrow('SMTP_URL');
  },
);
