import { expect, test } from '@jest/globals';
import { securityHeaders } from './security-headers.ts';

const live = {
  stripe: { mode: 'live' as const, publishableKey: 'pk_test_1' },
  publicUrl: new URL('https://tickets.example'),
  isDevelopment: false,
};
const sandbox = {
  stripe: { mode: 'sandbox' as const, sandboxUrl: 'http://localhost:4242/base' },
  publicUrl: new URL('http://localhost:3000'),
  isDevelopment: false,
};

test('When cards go to Stripe, then only Stripe may be framed and requested', () => {
  const policy = securityHeaders(live, 'abc')['Content-Security-Policy'];
  expect(policy).toContain("'nonce-abc'");
  expect(policy).toContain('frame-src https://js.stripe.com');
  expect(policy).toContain("connect-src 'self' https://api.stripe.com");
  expect(policy).toContain("form-action 'self' https://connect.stripe.com;");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).not.toContain('unsafe-inline');
});

test('When cards go to the sandbox, then only its origin may be framed', () => {
  const policy = securityHeaders(sandbox, 'abc')['Content-Security-Policy'];
  expect(policy).toContain('frame-src http://localhost:4242;');
  expect(policy).toContain(`worker-src 'self';`);
  expect(policy).toContain("form-action 'self' http://localhost:4242;");
  expect(policy).not.toContain('stripe.com');
});

test('When the site uses https, then it sends Strict-Transport-Security, and only then', () => {
  expect(securityHeaders(live, 'abc')['Strict-Transport-Security']).toBeDefined();
  expect(securityHeaders(sandbox, 'abc')['Strict-Transport-Security']).toBeUndefined();
});

test('When the sources are served in development, then eval is allowed, and only then', () => {
  expect(securityHeaders({ ...sandbox, isDevelopment: true }, 'abc')['Content-Security-Policy']).toContain(
    "'unsafe-eval'",
  );
  expect(securityHeaders(sandbox, 'abc')['Content-Security-Policy']).not.toContain('unsafe-eval');
});
