import { escapeHtml } from '../http/escape-html.ts';

/** A part of a mail's body. Paths are those of the site, so every link begins with its public address. */
export type MailBlock =
  | { readonly paragraph: string }
  | { readonly button: string; readonly path: string }
  /** Rows of a name and a value. */
  | { readonly table: readonly (readonly [name: string, value: string])[] };

export interface MailAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: string | Buffer;
}

/** What a template returns: the HTML and the text of the mail are both made of it. */
export interface MailContent {
  readonly subject: string;
  readonly body: readonly MailBlock[];
  readonly attachments?: readonly MailAttachment[];
}

/** Below 998 bytes, the longest line of a mail (RFC 5322, 2.1.1), whatever the texts in it. */
const maxSubjectLength = 200;

/** Without control characters, which could begin another header line. */
const subjectLine = (subject: string): string =>
  subject.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').slice(0, maxSubjectLength);

const font = 'font:16px/1.5 Arial,Helvetica,sans-serif;color:#1f2430';
const cell = 'padding:6px 12px 6px 0;text-align:left;vertical-align:top';

const toHtml = (block: MailBlock, urlOf: (path: string) => string): string => {
  if ('paragraph' in block)
    return `<p style="margin:0 0 16px;overflow-wrap:anywhere">${escapeHtml(block.paragraph)}</p>`;
  if ('button' in block)
    return `<p style="margin:0 0 24px"><a href="${escapeHtml(urlOf(block.path))}" style="display:inline-block;padding:12px 20px;border-radius:6px;background:#1d4ed8;color:#ffffff;text-decoration:none;font-weight:bold">${escapeHtml(block.button)}</a></p>`;
  const rows = block.table.map(
    ([name, value]) =>
      `<tr><th scope="row" style="${cell};font-weight:normal;white-space:nowrap;color:#535862">${escapeHtml(name)}</th><td dir="auto" style="${cell};overflow-wrap:anywhere">${escapeHtml(value)}</td></tr>`,
  );
  return `<table style="margin:0 0 16px;border-collapse:collapse">${rows.join('')}</table>`;
};

const toText = (block: MailBlock, urlOf: (path: string) => string): string => {
  if ('paragraph' in block) return block.paragraph;
  if ('button' in block) return `${block.button}:\n${urlOf(block.path)}`;
  return block.table.map(([name, value]) => `${name}: ${value}`).join('\n');
};

/** The subject, the text and the HTML of a mail, which a phone shows without zooming. */
export const renderMail = (
  { subject, body }: MailContent,
  publicUrl: URL,
): { readonly subject: string; readonly text: string; readonly html: string } => {
  const urlOf = (path: string): string => `${publicUrl.origin}${path.startsWith('/') ? '' : '/'}${path}`;
  const footer = `You receive this mail because of your account at ${publicUrl.host}.`;
  const title = subjectLine(subject);
  return {
    subject: title,
    text: `${[...body.map((block) => toText(block, urlOf)), `-- \n${footer}`].join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
</head>
<body style="margin:0;padding:16px;background:#ffffff;${font}">
<div style="max-width:560px;margin:0 auto">
${body.map((block) => toHtml(block, urlOf)).join('\n')}
<p style="margin:24px 0 0;padding-top:16px;border-top:1px solid #d5d9e2;font-size:14px;color:#535862">${escapeHtml(footer)}</p>
</div>
</body>
</html>
`,
  };
};
