import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const mailShape = z.object({
  id: z.string(),
  messageId: z.string(),
  from: z.string(),
  to: z.string(),
  subject: z.string(),
  text: z.string(),
  html: z.string(),
  receivedAt: z.iso.datetime(),
  attachments: z.array(z.object({ filename: z.string(), contentType: z.string(), size: z.number() })),
});

/** A mail as it was received; of attachments only what describes them. */
export type Mail = z.infer<typeof mailShape>;

export interface MailStore {
  /** Once it returns, the mail survives the end of this process. */
  add(mail: Omit<Mail, 'id'>): Mail;
  /** Newest first; with `to`, those to this address, in any case. */
  list(to?: string): Mail[];
  find(id: string): Mail | undefined;
}

const fileName = /^(\d{12})\.json$/;

/**
 * The mails in `directory`, a file each, and in memory. When there are more than `maxMails`, or their files have more than
 * `maxBytes`, the oldest are deleted.
 */
export const openStore = (
  directory: string,
  { maxMails, maxBytes }: { readonly maxMails: number; readonly maxBytes: number },
): MailStore => {
  mkdirSync(directory, { recursive: true });
  // Oldest first.
  const mails = new Map<string, { readonly mail: Mail; readonly bytes: number }>();
  let total = 0;
  const pathOf = (id: string): string => join(directory, `${id}.json`);

  const keep = (mail: Mail, bytes: number): void => {
    mails.set(mail.id, { mail, bytes });
    total += bytes;
    for (const [id, oldest] of mails) {
      if (mails.size <= maxMails && total <= maxBytes) return;
      rmSync(pathOf(id), { force: true });
      mails.delete(id);
      total -= oldest.bytes;
    }
  };

  for (const name of readdirSync(directory).toSorted()) {
    if (!fileName.test(name)) continue;
    const content = readFileSync(join(directory, name), 'utf8');
    keep(mailShape.parse(JSON.parse(content)), Buffer.byteLength(content));
  }
  let lastNumber = Number([...mails.keys()].at(-1) ?? 0);

  return {
    add: (received) => {
      lastNumber += 1;
      const mail = { id: String(lastNumber).padStart(12, '0'), ...received };
      const content = JSON.stringify(mail);
      // A process that is killed leaves no incomplete mail.
      const unfinished = join(directory, 'unfinished');
      // Mails contain links that open accounts.
      writeFileSync(unfinished, content, { mode: 0o600 });
      renameSync(unfinished, pathOf(mail.id));
      keep(mail, Buffer.byteLength(content));
      return mail;
    },
    list: (to) => {
      const address = to?.toLowerCase();
      return [...mails.values()]
        .map(({ mail }) => mail)
        .filter((mail) => address === undefined || mail.to.toLowerCase().split(', ').includes(address))
        .toReversed();
    },
    find: (id) => mails.get(id)?.mail,
  };
};
