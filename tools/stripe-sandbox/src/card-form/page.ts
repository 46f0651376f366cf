import { escapeHtml } from '@ticketing/common/http';
import { createHash } from 'node:crypto';
import { formScript } from './script.ts';

const style = `
*{box-sizing:border-box}
html{color-scheme:light dark;--page:#fff;--ink:#30313d;--muted:#535862;--hint:#717680;--edge:#82868f;--focus:#2563eb;--problem:#b42318}
@media (prefers-color-scheme:dark){html{--page:#17201d;--ink:#e6ede9;--muted:#a3b1aa;--hint:#a3b1aa;--edge:#82918a;--focus:#7aa7ff;--problem:#ff9a91}}
body{margin:0;background:var(--page);color:var(--ink);font:400 16px/1.4 "Inter Variable",Inter,system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
form{display:grid;grid-template-columns:1fr 1fr;gap:12px;padding:4px}
.wide{grid-column:1/-1}
label{display:block;margin-bottom:4px;font-size:14px}
input{width:100%;height:40px;padding:0 12px;border:1px solid var(--edge);border-radius:6px;background:var(--page);color:inherit;font:inherit}
input::placeholder{color:var(--hint)}
input:focus{outline:3px solid color-mix(in srgb,var(--focus) 35%,transparent);border-color:var(--focus)}
input[aria-invalid]{border-color:var(--problem)}
input[aria-invalid]:focus{outline-color:color-mix(in srgb,var(--problem) 30%,transparent)}
.problem{margin:4px 0 0;font-size:13px;color:var(--problem)}
.problem:empty{display:none}
.note{margin:0;font-size:13px;color:var(--muted)}
@media (prefers-reduced-motion:no-preference){input{transition:border-color .12s}}
`;

const field = (options: {
  readonly id: string;
  readonly label: string;
  readonly placeholder: string;
  readonly autocomplete: string;
  readonly numeric: boolean;
  readonly wide?: true;
}): string => `<div${options.wide ? ' class="wide"' : ''}>
<label for="${options.id}">${options.label}</label>
<input id="${options.id}" name="${options.id}" placeholder="${options.placeholder}" autocomplete="${options.autocomplete}"${options.numeric ? ' inputmode="numeric"' : ''} autocapitalize="off" spellcheck="false" required aria-describedby="${options.id}-error">
<p class="problem" id="${options.id}-error" aria-live="polite"></p>
</div>`;

const fields = [
  field({
    id: 'number',
    label: 'Card number',
    placeholder: '1234 1234 1234 1234',
    autocomplete: 'cc-number',
    numeric: true,
    wide: true,
  }),
  field({ id: 'expiry', label: 'Expiration date', placeholder: 'MM / YY', autocomplete: 'cc-exp', numeric: true }),
  field({ id: 'cvc', label: 'Security code', placeholder: 'CVC', autocomplete: 'cc-csc', numeric: true }),
  field({
    id: 'postal',
    label: 'Postal code',
    placeholder: '12345',
    autocomplete: 'postal-code',
    numeric: false,
    wide: true,
  }),
].join('\n');

const sourceHash = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const sources = [
  "default-src 'none'",
  `script-src ${sourceHash(formScript)}`,
  `style-src ${sourceHash(style)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Only a page of `parent` may embed the form, and only the form's own script and style are allowed. */
export const cardFormHeaders = (parent: string): Record<string, string> => ({
  'Content-Security-Policy': `${sources}; frame-ancestors ${parent}`,
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
});

/** A card form of the same shape as Stripe's Elements. */
export const cardFormPage = (options: { readonly parent: string; readonly key: string }): string => `<!doctype html>
<html lang="en" data-parent="${escapeHtml(options.parent)}" data-key="${escapeHtml(options.key)}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Card</title>
<style>${style}</style>
</head>
<body>
<form novalidate aria-label="Card">
${fields}
<p class="note wide">Test card: 4242 4242 4242 4242, any future date, any code. Nothing is really charged.</p>
</form>
<script>${formScript}</script>
</body>
</html>
`;
