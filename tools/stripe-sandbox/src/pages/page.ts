import { escapeHtml } from '@ticketing/common/http';
import { createHash } from 'node:crypto';

const style = `
*{box-sizing:border-box}
html{color-scheme:light dark;--paper:#f6f8f6;--surface:#fff;--ink:#12211c;--muted:#4f5f58;--line:#dbe2dd;--pine:#0d5f4b;--on-pine:#fff}
@media (prefers-color-scheme:dark){html{--paper:#0d1412;--surface:#17201d;--ink:#e6ede9;--muted:#a3b1aa;--line:#2b3733;--pine:#5ec4a1;--on-pine:#05241b}}
body{margin:0;background:var(--paper);color:var(--ink);font:400 1rem/1.5 "Inter Variable",Inter,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{max-width:28rem;margin:0 auto;padding:2rem 1rem}
section{padding:1.5rem;border:1px solid var(--line);border-radius:.75rem;background:var(--surface)}
h1{margin:0 0 .5rem;font-size:1.375rem;line-height:1.25}
p{margin:0 0 1rem;color:var(--muted)}
dl{display:grid;grid-template-columns:auto 1fr;gap:.25rem 1rem;margin:0 0 1.5rem}
dt{color:var(--muted)}
dd{margin:0;text-align:right;font-weight:600;overflow-wrap:anywhere}
form{display:grid;gap:.75rem}
button,a{display:block;width:100%;min-height:3rem;padding:.7rem 1rem;border:1px solid var(--pine);border-radius:.5rem;background:var(--pine);color:var(--on-pine);font:inherit;font-weight:600;text-align:center;text-decoration:none;cursor:pointer}
button.quiet{background:var(--surface);color:var(--pine)}
:focus-visible{outline:3px solid var(--pine);outline-offset:2px}
`;

const styleHash = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;

/**
 * No script, no frame around the page. Browsers apply `form-action` to the redirect after a form too, so it names the
 * origins of `returnUrls`.
 */
export const pageHeaders = (returnUrls: readonly string[]): Record<string, string> => ({
  'Content-Security-Policy': [
    "default-src 'none'",
    `style-src ${styleHash}`,
    "base-uri 'none'",
    ['form-action', "'self'", ...returnUrls.map((url) => new URL(url).origin)].join(' '),
    "frame-ancestors 'none'",
  ].join('; '),
  'Cache-Control': 'no-store',
  // Not `no-referrer`, with which browsers send forms with `Origin: null`.
  'Referrer-Policy': 'same-origin',
  'X-Content-Type-Options': 'nosniff',
});

/** A page of the sandbox in place of one of Stripe or a bank: plain HTML in the style of the site. */
export const page = (given: {
  readonly title: string;
  readonly text: string;
  readonly details?: Readonly<Record<string, string>>;
  /** Shows the buttons Complete and Fail, which post `outcome` to the page's own address. */
  readonly asks: boolean;
  readonly link?: { readonly href: string; readonly text: string } | undefined;
}): string => {
  const details = Object.entries(given.details ?? {}).map(
    ([term, value]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(value)}</dd>`,
  );
  const form = `<form method="post">
<button name="outcome" value="complete">Complete</button>
<button name="outcome" value="fail" class="quiet">Fail</button>
</form>`;
  const link = given.link && `<a href="${escapeHtml(given.link.href)}">${escapeHtml(given.link.text)}</a>`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(given.title)}</title>
<style>${style}</style>
</head>
<body>
<main><section>
<h1>${escapeHtml(given.title)}</h1>
<p>${escapeHtml(given.text)}</p>
${details.length === 0 ? '' : `<dl>${details.join('')}</dl>`}
${given.asks ? form : ''}
${link ?? ''}
</section></main>
</body>
</html>
`;
};
