import { createLogger, openServer, type Logger, type Stoppable } from '@ticketing/common/service';
import { buildApp } from './app.ts';
import type { Config } from './config.ts';
import { openMailServer, parseMessage, type Message } from './mail-server.ts';
import { openStore } from './store.ts';

export const bounds = { maxMails: 1_000, maxBytes: 20 * 1024 * 1024 } as const;

interface RunningMailbox extends Stoppable {
  readonly url: string;
  readonly smtpUrl: string;
}

/** Opens the stored mails and listens. @throws when they cannot be read or a port is taken. */
export const startMailbox = async (
  config: Config,
  logger: Logger = createLogger({ service: 'mailbox', level: config.LOG_LEVEL }),
): Promise<RunningMailbox> => {
  const store = openStore(config.DATA_DIR, bounds);
  const take = async (message: Message) => {
    const { id } = store.add(await parseMessage(message));
    logger.info({ id }, 'mail received');
    return 'taken' as const;
  };
  const server = await openMailServer({ take, logger }, { host: config.HOST, port: config.SMTP_PORT });
  const site = await openServer({
    app: buildApp({ store, server, allowedHosts: [config.HOST, ...config.ALLOWED_HOSTS], logger }),
    host: config.HOST,
    port: config.PORT,
    isReady: () => true,
    // There is one mailbox: no router could send its requests elsewhere meanwhile.
    drainDelayMs: 0,
  });
  const smtpUrl = `smtp://${config.HOST === '0.0.0.0' ? '127.0.0.1' : config.HOST}:${server.port}`;
  logger.info({ url: site.url, smtpUrl }, 'listening');
  return {
    url: site.url,
    smtpUrl,
    stop: async () => {
      await site.drain();
      await server.stop();
    },
  };
};
