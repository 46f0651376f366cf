import { createLogger, openServer, type Logger, type Stoppable } from '@ticketing/common/service';
import { buildApp } from './app.ts';
import { createBehaviour } from './behaviour.ts';
import { createCallLog } from './call-log.ts';
import type { Context } from './commands/change.ts';
import type { Config } from './config.ts';
import { startFollowUps } from './follow-ups.ts';
import type { ApiKit } from './routes/api-kit.ts';
import { storeChange } from './routes/store-change.ts';
import { newId } from './new-id.ts';
import { openStore } from './store.ts';
import { startWebhooks } from './webhooks.ts';

const now = (): number => Math.floor(Date.now() / 1000);

interface RunningSandbox extends Stoppable {
  readonly url: string;
}

/** Opens the store and listens. @throws when the store cannot be read or the port is taken. */
export const startSandbox = async (
  config: Config,
  logger: Logger = createLogger({ service: 'stripe-sandbox', level: config.LOG_LEVEL }),
): Promise<RunningSandbox> => {
  let ownUrl = '';
  const store = openStore(config.DATA_DIR, () => config.SANDBOX_URL?.replace(/\/$/, '') ?? ownUrl);
  const stopping = new AbortController();
  const behaviour = createBehaviour();
  const webhooks =
    config.WEBHOOK_URL === undefined || config.STRIPE_WEBHOOK_SECRET === undefined
      ? undefined
      : startWebhooks(
          { store, behaviour, logger, now },
          { url: config.WEBHOOK_URL, secret: config.STRIPE_WEBHOOK_SECRET },
        );
  const context: Context = { lookup: store, now, newId, strictReturnUrl: config.STRICT_RETURN_URL };
  const kit: ApiKit = {
    store,
    context,
    behaviour,
    calls: createCallLog(() => new Date()),
    sentTypes: new Set(webhooks === undefined ? [] : config.WEBHOOK_EVENTS),
    notify: (eventId) => webhooks?.send(eventId),
    resumeWebhooks: () => webhooks?.resume(),
    planFollowUp: (id) => followUps.plan(id),
    stopping: stopping.signal,
    keysInUse: new Set(),
    locked: new Set(),
  };
  const followUps = startFollowUps({ store, context }, (change) =>
    storeChange(kit, change, { id: null, idempotencyKey: null }),
  );
  const app = buildApp({ ...kit, logger }, config);
  const server = await openServer({
    app,
    host: config.HOST,
    port: config.PORT,
    isReady: () => !stopping.signal.aborted,
    // There is one sandbox: no router could send its requests elsewhere meanwhile.
    drainDelayMs: 0,
  });
  ownUrl = server.url;
  logger.info({ url: server.url }, 'listening');
  return {
    url: server.url,
    stop: async () => {
      stopping.abort();
      await server.drain();
      followUps.stop();
      webhooks?.stop();
      store.close();
    },
  };
};
