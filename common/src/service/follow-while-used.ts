import { z } from 'zod';
import type { Follower, Transport } from '../messaging/index.ts';
import type { Logger } from './logger.ts';

const followMs = 60_000;

/** What a process shows of, or waits for from, the events of a subject. */
interface Audience {
  /** Whether nobody needs the events at present. */
  readonly isEmpty: boolean;
  /** An event of the aggregate with this id has been received; `body` is its message. */
  changed(id: string, body: string): void;
  /** Events may have been missed. */
  changedAll(): void;
}

/** Receives the events of a subject while they are needed, and for a while after, since messages cost time. */
export interface Following {
  /** Called often, and as soon as the events are needed. */
  readonly tend: () => void;
  stop(): Promise<void>;
}

export const followWhileUsed = (
  { transport, logger }: { readonly transport: Pick<Transport, 'follow'>; readonly logger: Logger },
  subject: string,
  audience: Audience,
): Following => {
  let follower: Follower | undefined;
  let usedAt = 0;
  const stop = async (): Promise<void> => {
    const stopping = follower;
    follower = undefined;
    await stopping?.stop();
  };
  return {
    stop,
    tend: () => {
      const now = performance.now();
      if (audience.isEmpty) {
        if (follower !== undefined && now - usedAt > followMs)
          stop().catch((error: unknown) => logger.warn({ err: error }, 'a subject is still followed'));
        return;
      }
      usedAt = now;
      follower ??= transport.follow({
        subject,
        from: 'next',
        onMessage: (body) => {
          const id = audience.isEmpty ? undefined : idIn(body);
          if (id !== undefined) audience.changed(id, body);
        },
        onBegin: () => audience.changedAll(),
      });
    },
  };
};

const message = z.object({ aggregate: z.object({ id: z.string() }) });

/** Of the aggregate. Listeners set aside what is malformed. */
const idIn = (body: string): string | undefined => {
  try {
    return message.parse(JSON.parse(body)).aggregate.id;
  } catch {
    return undefined;
  }
};
