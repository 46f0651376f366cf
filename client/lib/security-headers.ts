import type { ClientConfig } from './config.ts';

/**
 * The headers of every page: scripts run by nonce only, no inline styles, and frames only of Stripe or the sandbox, which
 * serve the card form.
 */
export const securityHeaders = (
  config: Pick<ClientConfig, 'stripe' | 'publicUrl' | 'isDevelopment'>,
  nonce: string,
): Readonly<Record<string, string>> => {
  const https = config.publicUrl.protocol === 'https:';
  const live = config.stripe.mode === 'live';
  // Next's hot reloading evaluates scripts and adds inline styles.
  const scripts = config.isDevelopment ? " 'unsafe-eval'" : '';
  const styles = config.isDevelopment ? "'unsafe-inline'" : `'nonce-${nonce}'`;
  const frames = config.stripe.mode === 'live' ? stripeFrames : new URL(config.stripe.sandboxUrl).origin;
  const policy = [
    `default-src 'self'`,
    // The host is for browsers that do not support strict-dynamic.
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${scripts}${live ? ' https://js.stripe.com' : ''}`,
    `style-src 'self' ${styles}`,
    `img-src 'self' data:`,
    `font-src 'self'`,
    `connect-src 'self'${live ? ' https://api.stripe.com' : ''}`,
    // The wallet's service worker.
    `worker-src 'self'`,
    `frame-src ${frames}`,
    `object-src 'none'`,
    `base-uri 'none'`,
    // Browsers apply it to the redirects after a form too (https://developer.mozilla.org/docs/Web/HTTP/Headers/Content-Security-Policy/form-action).
    // One leads to the page where a seller's account is set up, which is at this host (https://docs.stripe.com/api/account_links).
    `form-action 'self' ${live ? 'https://connect.stripe.com' : frames}`,
    `frame-ancestors 'none'`,
    ...(https ? ['upgrade-insecure-requests'] : []),
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'strict-origin-when-cross-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': `camera=(), microphone=(), geolocation=(), payment=(self${live ? ' "https://js.stripe.com"' : ''})`,
    ...(https ? { 'Strict-Transport-Security': 'max-age=31536000; includeSubDomains' } : {}),
  };
};

const stripeFrames = 'https://js.stripe.com https://*.js.stripe.com https://hooks.stripe.com';
