import { escapeHtml } from '@ticketing/common/http';
import type { Mail } from './store.ts';

/** Nothing that a mail refers to is loaded, and no script runs. */
export const pageHeaders = {
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'self'",
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
} as const;

const style = `
*{box-sizing:border-box}
html{color-scheme:light}
body{max-width:60rem;margin:0 auto;padding:16px;background:#fff;color:#1f2430;font:16px/1.5 system-ui,sans-serif}
h1{font-size:22px}
a{color:#1d4ed8}
ul{list-style:none;margin:0;padding:0}
li a{display:block;padding:12px 0;border-top:1px solid #d5d9e2;text-decoration:none;overflow-wrap:anywhere}
li a:hover strong{text-decoration:underline}
small{color:#535862}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;overflow-wrap:anywhere}
dt{color:#535862}
dd{margin:0}
iframe{width:100%;height:36rem;border:1px solid #d5d9e2;border-radius:6px}
pre{padding:12px;border:1px solid #d5d9e2;border-radius:6px;white-space:pre-wrap;overflow-wrap:anywhere}
`;

const page = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;

const item = ({ id, to, subject, receivedAt }: Mail): string =>
  `<li><a href="/mails/${id}"><strong>${escapeHtml(subject)}</strong><br><small>${escapeHtml(to)} · ${receivedAt}</small></a></li>`;

/** The list of mails, newest first. */
export const listPage = (mails: readonly Mail[]): string =>
  page(
    'Mailbox',
    `<h1>Mailbox</h1>
<p>Mails of this test installation. They stay here: none is sent to its recipient.</p>
${mails.length === 0 ? '<p>No mail yet.</p>' : `<ul>\n${mails.map(item).join('\n')}\n</ul>`}`,
  );

const withLinks = (text: string): string =>
  escapeHtml(text).replace(
    /https?:\/\/[^\s<]+/g,
    (url) => `<a href="${url}" target="_blank" rel="noreferrer">${url}</a>`,
  );

const row = (name: string, value: string): string => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`;

/** One mail: its HTML in a frame without scripts, whose links open in a new tab, and its text. */
export const mailPage = (mail: Mail): string =>
  page(
    mail.subject,
    `<p><a href="/">All mails</a></p>
<h1>${escapeHtml(mail.subject)}</h1>
<dl>
${row('From', mail.from)}
${row('To', mail.to)}
${row('Received', mail.receivedAt)}
${mail.attachments.map(({ filename, contentType, size }) => row('Attachment', `${filename} (${contentType}, ${size} bytes)`)).join('\n')}
</dl>
${mail.html === '' ? '' : `<iframe title="The mail" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc="${escapeHtml(`<base target="_blank">${mail.html}`)}"></iframe>`}
<h2>Text</h2>
<pre>${withLinks(mail.text)}</pre>`,
  );
