import { openHttpClient } from '@ticketing/test/http-client';
import { z } from 'zod';
import { eventually } from './eventually.ts';
import type { Site } from './site.ts';

const mails = z.array(
  z.object({
    to: z.string(),
    subject: z.string(),
    text: z.string(),
    attachments: z.array(z.object({ filename: z.string(), contentType: z.string(), size: z.number() })),
  }),
);

/** The mails to an address, newest first. */
export const mailsOf = async (site: Pick<Site, 'processes'>, address: string) => {
  const mailbox = site.processes().find(({ name }) => name === 'mailbox');
  if (mailbox === undefined) throw new Error('mailbox is not running');
  const client = openHttpClient(mailbox.url);
  try {
    const { body } = await client.send({ method: 'GET', path: `/messages?to=${encodeURIComponent(address)}` });
    return mails.parse(body);
  } finally {
    await client.close();
  }
};

/** The path of the link in the newest mail to an address with this subject. */
export const linkIn = (site: Pick<Site, 'processes'>, address: string, subject: string): Promise<string> =>
  eventually(async () => {
    const mail = (await mailsOf(site, address)).find((each) => each.subject === subject);
    const { pathname, search } = new URL(/https?:\/\/\S+/.exec(mail?.text ?? '')?.[0] ?? '');
    return `${pathname}${search}`;
  }, 20_000);
