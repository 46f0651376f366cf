import { createHash } from 'node:crypto';
import { createTransport } from 'nodemailer';
import type { MailAttachment } from './content.ts';
import type { Sender } from './mail-env.ts';

const connectTimeoutMs = 3_000;
const socketTimeoutMs = 5_000;
/** Of a connection between two mails: shorter than any server's, so that the server does not close it first. */
const idleTimeoutMs = 1_000;
/** Of a whole mail, from the connection to the server's last response. */
export const sendTimeoutMs = 9_000;

export interface OutgoingMail {
  readonly jobId: string;
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly attachments?: readonly MailAttachment[] | undefined;
}

/** What became of a mail. */
export type Delivery =
  | { readonly kind: 'sent' }
  /** The server does not take this mail now, such as a full mailbox. */
  | { readonly kind: 'deferred'; readonly reason: string }
  /** The server will never take this mail. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** The server cannot be used: no connection, no response, or no mail taken from this sender. */
  | { readonly kind: 'away'; readonly reason: string }
  /** Sending was cancelled, which says nothing about the server. */
  | { readonly kind: 'cancelled' };

/** A connection to the mail server. */
export interface Smtp {
  send(mail: OutgoingMail, cancelled: AbortSignal): Promise<Delivery>;
  /** Closes the connections that send nothing. */
  close(): void;
}

/** Hash of a job's id, which may contain what only its recipient should know. */
export const hashOf = (jobId: string): string => createHash('sha256').update(jobId).digest('base64url').slice(0, 32);

const propertyOf = (error: unknown, name: string): unknown =>
  typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;

/** Without the server's text, which may quote the recipient's address. */
const describeFailure = (error: unknown): string => {
  const reason = ['code', 'command', 'responseCode']
    .map((name) => propertyOf(error, name))
    .filter((value) => typeof value === 'string' || typeof value === 'number')
    .join(' ');
  if (propertyOf(error, 'code') === 'ETLS') return `${reason}: the connection cannot be encrypted`;
  return reason || (error instanceof Error ? error.name : 'unknown');
};

/** A response to the recipient or to the message is about this mail, every other failure about the server (RFC 5321, 4.2.1). */
const toDelivery = (error: unknown): Delivery => {
  const reason = describeFailure(error);
  const code = propertyOf(error, 'code');
  const command = propertyOf(error, 'command');
  const response = propertyOf(error, 'responseCode');
  // By what the server has said of itself it cannot take this address or size.
  if ((code === 'EENVELOPE' || code === 'EMESSAGE') && response === undefined) return { kind: 'refused', reason };
  if ((command !== 'RCPT TO' && command !== 'DATA') || typeof response !== 'number' || response === 421)
    return { kind: 'away', reason };
  return response >= 500 && response !== 503 ? { kind: 'refused', reason } : { kind: 'deferred', reason };
};

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Whether mail may be sent encrypted only: links and credentials would be readable on the way. A mail server on loopback, or
 * one whose URL has `requireTLS=false`, may do without, such as the local mailbox.
 */
export const requiresTls = (smtpUrl: string): boolean => {
  const { hostname, searchParams } = new URL(smtpUrl);
  return !loopback.test(hostname) && searchParams.get('requireTLS') !== 'false';
};

/**
 * Sends mail by SMTP, `maxConnections` at a time. Mails that follow one another share a connection; one that the server has
 * closed meanwhile is replaced if nothing of the mail was sent on it.
 */
export const createSmtp = (url: string, from: Sender, maxConnections: number): Smtp => {
  const transport = createTransport({
    url,
    pool: true,
    maxConnections,
    maxRequeues: 1,
    idleTimeout: idleTimeoutMs,
    requireTLS: requiresTls(url),
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: connectTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    socketTimeout: socketTimeoutMs,
    // Content is only what a template returns, never a file or the content of an address that it names.
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  return {
    send: async ({ jobId, to, attachments = [], ...content }, cancelled) => {
      try {
        await transport.sendMail({
          ...content,
          from,
          // As an object, since a text would be parsed as a list of addresses.
          to: { name: '', address: to },
          messageId: `<${hashOf(jobId)}@${domain}>`,
          // Out-of-office programs do not respond to such mail (RFC 3834).
          headers: { 'Auto-Submitted': 'auto-generated' },
          attachments: attachments.map((attachment) => ({ ...attachment })),
          signal: AbortSignal.any([AbortSignal.timeout(sendTimeoutMs), cancelled]),
        });
        return { kind: 'sent' };
      } catch (error) {
        return cancelled.aborted ? { kind: 'cancelled' } : toDelivery(error);
      }
    },
    close: () => transport.close(),
  };
};
