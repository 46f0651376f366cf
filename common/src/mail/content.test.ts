import { expect, test } from '@jest/globals';
import { renderMail } from './content.ts';

const publicUrl = new URL('https://tickets.example');

test('When a mail is rendered, then text and HTML have the same content, and every link begins with the public address', () => {
  const { subject, text, html } = renderMail(
    {
      subject: 'You have bought a ticket',
      body: [
        { paragraph: 'Thank you.' },
        {
          table: [
            ['Ticket', 'Opera'],
            ['Price', '19.99 USD'],
          ],
        },
        { button: 'See your order', path: '/orders/1' },
      ],
    },
    publicUrl,
  );
  expect(subject).toBe('You have bought a ticket');
  expect(text).toBe(
    [
      'Thank you.',
      'Ticket: Opera\nPrice: 19.99 USD',
      'See your order:\nhttps://tickets.example/orders/1',
      '-- \nYou receive this mail because of your account at tickets.example.\n',
    ].join('\n\n'),
  );
  for (const part of ['Thank you.', 'Opera', '19.99 USD', 'href="https://tickets.example/orders/1"']) {
    expect(html).toContain(part);
  }
  expect(html.match(/href="[^"]*"/g)).toEqual(['href="https://tickets.example/orders/1"']);
  expect(html).not.toContain('<script');
});

test('When texts of users have markup, then the HTML shows it as text', () => {
  const evil = '"><script>alert(1)</script>';
  const { html } = renderMail(
    { subject: evil, body: [{ paragraph: evil }, { table: [[evil, evil]] }, { button: evil, path: `/${evil}` }] },
    publicUrl,
  );
  expect(html).not.toContain('<script');
});

test('When a path would lead to another site, then its link stays on this one', () => {
  for (const path of ['//elsewhere.example', '@elsewhere.example', 'https://elsewhere.example', '.elsewhere.example']) {
    const { text } = renderMail({ subject: 's', body: [{ button: 'b', path }] }, publicUrl);
    const link = /https:\S+/.exec(text)?.[0] ?? '';
    expect(new URL(link).origin).toBe(publicUrl.origin);
  }
});

test('When a subject has line breaks, or is long, then it is one line of 200 characters at most', () => {
  const { subject } = renderMail({ subject: `a\r\nBcc: x@example.com\u2028${'b'.repeat(300)}`, body: [] }, publicUrl);
  expect(subject).toMatch(/^a Bcc: x@example\.com b+$/);
  expect(subject).toHaveLength(200);
});
