import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const entry = fileURLToPath(new URL('../../../tools/mailbox/src/index.ts', import.meta.url));

const listening = z.object({ url: z.string(), smtpUrl: z.string() });
const mails = z.array(
  z.object({
    id: z.string(),
    messageId: z.string(),
    from: z.string(),
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    html: z.string(),
    attachments: z.array(z.object({ filename: z.string(), contentType: z.string(), size: z.number() })),
  }),
);

/** The local mail server as a process of its own, with the faults that it has for tests. */
export interface Mailbox {
  /** The environment variables of a service that sends mail to it. */
  readonly env: Readonly<Record<'SMTP_URL' | 'MAIL_FROM', string>>;
  /** Mails received, newest first; those to one address, or all. */
  mails(to?: string): Promise<z.infer<typeof mails>>;
  behave(smtp: 'on' | 'off' | 'hang' | '4xx' | '5xx' | 'lost-reply'): Promise<void>;
  close(): Promise<void>;
}

export const openMailbox = async (): Promise<Mailbox> => {
  const directory = await mkdtemp(join(tmpdir(), 'mailbox-'));
  const child = spawn(process.execPath, [entry], {
    env: { PATH: process.env.PATH, PORT: '0', SMTP_PORT: '0', DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const { url, smtpUrl } = await new Promise<z.infer<typeof listening>>((resolve, reject) => {
    createInterface({ input: child.stdout }).on('line', (line) => {
      const found = listening.safeParse(JSON.parse(line));
      if (found.success) resolve(found.data);
    });
    child.once('exit', (code) => reject(new Error(`the mailbox ended with ${String(code)}`)));
  });
  return {
    env: { SMTP_URL: smtpUrl, MAIL_FROM: 'Ticketing <tickets@ticketing.example>' },
    mails: async (to) => {
      const response = await fetch(`${url}/messages${to === undefined ? '' : `?to=${encodeURIComponent(to)}`}`);
      return mails.parse(await response.json());
    },
    behave: async (smtp) => {
      const response = await fetch(`${url}/mailbox/behaviour`, { method: 'POST', body: JSON.stringify({ smtp }) });
      if (!response.ok) throw new Error(`the mailbox refused: ${await response.text()}`);
    },
    close: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
};
