import { expect, test } from '@jest/globals';
import { useSandbox } from './test/harness.ts';

test('When a loopback page requests the card form, then only that page can embed it, and only its own script runs', async () => {
  const sandbox = await useSandbox();
  const response = await fetch(`${sandbox.url}/elements/card?parent=http://localhost:3000&key=pk_test_page`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toContain('text/html');
  const policy = response.headers.get('content-security-policy') ?? '';
  expect(policy).toContain('frame-ancestors http://localhost:3000');
  expect(policy).toContain("default-src 'none'");
  expect(policy).not.toContain('unsafe');
  const page = await response.text();
  expect(page).toContain('data-parent="http://localhost:3000" data-key="pk_test_page"');
  for (const label of ['Card number', 'Expiration date', 'Security code', 'Postal code']) expect(page).toContain(label);
});

test.each([
  '',
  'parent=*',
  'parent=https://evil.example',
  'parent=http://localhost.evil.example',
  'parent=http://localhost:3000/path',
  'parent=javascript:alert(1)',
  'parent=http://localhost:3000&parent=http://localhost:3001',
  'parent=http://localhost:3000&key=sk_test_secret',
  'parent=http://localhost:3000&key=%22%3E%3Cscript%3E',
])('When the form is requested with "%s", then it is refused', async (query) => {
  const sandbox = await useSandbox();
  expect((await fetch(`${sandbox.url}/elements/card?${query}`)).status).toBe(400);
});

test('When an origin is configured, then its pages can embed the form too', async () => {
  const sandbox = await useSandbox({ CARD_FORM_ORIGINS: 'https://tickets.example' });
  const response = await fetch(`${sandbox.url}/elements/card?parent=https://tickets.example`);
  expect(response.headers.get('content-security-policy')).toContain('frame-ancestors https://tickets.example');
});
