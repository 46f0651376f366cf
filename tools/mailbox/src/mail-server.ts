import type { Logger } from '@ticketing/common/service';
import { simpleParser, type ParsedMail } from 'mailparser';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerEnvelope, type SMTPServerSession } from 'smtp-server';
import type { SmtpBehaviour } from './behaviour.ts';
import type { Mail } from './store.ts';

const maxMessageBytes = 10 * 1024 * 1024;

class Refusal extends Error {
  readonly responseCode: number;

  constructor(responseCode: number, message: string) {
    super(message);
    this.responseCode = responseCode;
  }
}

/** A message as it was received. */
export interface Message {
  readonly content: Buffer;
  readonly envelope: SMTPServerEnvelope;
  readonly receivedAt: Date;
}

const toMail = (parsed: ParsedMail, { envelope, receivedAt }: Omit<Message, 'content'>): Omit<Mail, 'id'> => ({
  messageId: parsed.messageId ?? '',
  from: parsed.from?.text ?? '',
  to: envelope.rcptTo.map(({ address }) => address).join(', '),
  subject: parsed.subject ?? '',
  text: parsed.text ?? '',
  html: parsed.html === false || parsed.html === undefined ? '' : parsed.html,
  receivedAt: receivedAt.toISOString(),
  attachments: parsed.attachments.map(({ filename, contentType, size }) => ({
    filename: filename ?? '',
    contentType,
    size,
  })),
});

export const parseMessage = async ({ content, ...rest }: Message): Promise<Omit<Mail, 'id'>> =>
  toMail(await simpleParser(content), rest);

export interface MailServer {
  readonly port: number;
  behaviour(): SmtpBehaviour;
  /** Ends open connections, so that the next one already meets the new behaviour. */
  behave(behaviour: SmtpBehaviour): Promise<void>;
  stop(): Promise<void>;
}

/**
 * An SMTP server that forwards no mail. `take` keeps it before the sender gets the response, which is lost if `take` resolves
 * with `lost`.
 */
export const openMailServer = async (
  { take, logger }: { readonly take: (message: Message) => Promise<'taken' | 'lost'>; readonly logger: Logger },
  address: { readonly host: string; readonly port: number },
): Promise<MailServer> => {
  let current: SmtpBehaviour = 'on';
  let port = address.port;

  /** Returns the problem, if there is one. */
  const receive = async (
    stream: Readable,
    { id: connectionId, envelope }: SMTPServerSession,
  ): Promise<Error | null> => {
    try {
      const outcome = await take({ content: await buffer(stream), envelope, receivedAt: new Date() });
      if (current === 'lost-reply' || outcome === 'lost')
        for (const connection of server?.connections ?? []) if (connection.id === connectionId) connection.close();
      return null;
    } catch (error) {
      logger.warn({ err: error }, 'mail not stored');
      return new Refusal(451, 'Not stored');
    }
  };

  const create = (): SMTPServer =>
    new SMTPServer({
      banner: 'ticketing mailbox: stores mail and forwards none',
      // Neither a certificate nor accounts: it listens on loopback or inside a test cluster.
      disabledCommands: ['AUTH', 'STARTTLS'],
      disableReverseLookup: true,
      size: maxMessageBytes,
      rejectOversized: true,
      closeTimeout: 100,
      onConnect: (_session, proceed) => {
        if (current !== 'hang') proceed();
      },
      onRcptTo: (_recipient, _session, reply) => {
        if (current === '4xx') reply(new Refusal(451, 'Try again later'));
        else if (current === '5xx') reply(new Refusal(550, 'No such mailbox'));
        else reply();
      },
      onData: (stream, session, reply) => {
        void receive(stream, session).then(reply);
      },
    });

  const listen = async (): Promise<SMTPServer> => {
    const opened = create();
    opened.on('error', (error) => logger.debug({ err: error }, 'connection failed'));
    const listener = opened.listen(port, address.host);
    await once(listener, 'listening');
    const bound = listener.address();
    if (typeof bound === 'object' && bound !== null) port = bound.port;
    return opened;
  };

  let server: SMTPServer | undefined = await listen();

  /** Connections that do not end by themselves are destroyed after `closeTimeout`. */
  const close = async (open: SMTPServer | undefined): Promise<void> => {
    if (open === undefined || open !== server) return;
    server = undefined;
    await new Promise<void>((resolve) => {
      open.close(resolve);
    });
  };

  return {
    get port() {
      return port;
    },
    behaviour: () => current,
    behave: async (behaviour) => {
      await close(server);
      current = behaviour;
      if (behaviour !== 'off') server = await listen();
    },
    stop: () => close(server),
  };
};
