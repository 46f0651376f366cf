import type { Request } from 'express';
import { LRUCache } from 'lru-cache';
import type { Logger } from 'pino';
import type { SecurityEvent } from '../errors/index.ts';
import type { Trace } from '../events/index.ts';
import { networkOf } from './limits/network-of.ts';

/** Lines of one event and network (an address, or the /56 of an IPv6 address) in a window. */
const maxLines = 20;
const windowMs = 60_000;
/** Windows in memory; about 2 MB. */
const maxWindows = 10_000;
const maxUserAgent = 200;

type RecordedRequest = Pick<Request, 'body' | 'currentUser' | 'headers' | 'trace' | 'clientAddress'>;

/** What a request alone does not show. */
export interface SecurityDetails {
  /** That of the session by default. */
  readonly userId?: string;
  /** A keyed hash of an e-mail; that of the e-mail in the body by default. */
  readonly account?: string;
  /** The name of the exceeded limit. */
  readonly limit?: string | undefined;
}

/**
 * Records who tried what and from where: lines with `log: "security"`, which contain addresses and are to be kept for a short
 * time. They contain no e-mails, passwords, tokens and cookies.
 */
export interface SecurityLog {
  readonly record: (req: RecordedRequest, event: SecurityEvent, details?: SecurityDetails) => void;
  /** Records what an operator's command has done, without a limit: operators are trusted, and each action has to be known. */
  readonly recordOperator: (action: OperatorAction) => void;
  /** Logs how many lines were left out. */
  readonly flush: () => void;
}

export interface OperatorAction {
  readonly event: SecurityEvent;
  /** The name of the operator's account on the machine that ran the command. */
  readonly operator: string;
  /** The id of what it was done to. */
  readonly subject: string;
  readonly trace: Trace;
  /** A keyed hash of an e-mail. */
  readonly account?: string;
}

interface Window {
  readonly event: SecurityEvent;
  readonly network: string;
  count: number;
}

/**
 * LOG_LEVEL does not turn it off, unless it is silent. So that nobody can fill the log, a network gets `maxLines` lines for an
 * event in a minute; further ones are counted, and one line says how many there were when the minute is over.
 */
export const createSecurityLog = (options: {
  readonly logger: Logger;
  /** Receives every event, also one that is not logged. */
  readonly count: (event: SecurityEvent) => void;
  /** The keyed hash of the e-mail that a body contains. */
  readonly accountOf?: (req: Pick<RecordedRequest, 'body' | 'headers'>) => string | undefined;
  readonly windowMs?: number;
  readonly maxWindows?: number;
}): SecurityLog => {
  const { count, accountOf } = options;
  const level = options.logger.level === 'silent' ? 'silent' : 'info';
  const logger = options.logger.child({ log: 'security' }, { level });
  const windows = new LRUCache<string, Window>({
    max: options.maxWindows ?? maxWindows,
    ttl: options.windowMs ?? windowMs,
    ttlAutopurge: true,
    dispose: ({ event, network, count: counted }) => {
      if (counted > maxLines)
        logger.info({ event, address: network, more: counted - maxLines }, 'more security events');
    },
  });

  const countLine = (event: SecurityEvent, network: string): number => {
    const key = `${event} ${network}`;
    const window = windows.get(key) ?? { event, network, count: 0 };
    if (window.count === 0) windows.set(key, window);
    window.count += 1;
    return window.count;
  };

  return {
    record: (req, event, details = {}) => {
      count(event);
      if (countLine(event, networkOf(req.clientAddress)) > maxLines) return;
      const { userId = req.currentUser?.id, account = accountOf?.(req), limit } = details;
      const line = {
        event,
        address: req.clientAddress,
        userAgent: req.headers['user-agent']?.slice(0, maxUserAgent),
        requestId: req.trace.correlationId,
        userId,
        account,
        limit,
      };
      logger.info(line, 'security event');
    },
    recordOperator: ({ event, operator, subject, trace, account }) => {
      count(event);
      const line = { event, address: 'operator', operator, subject, requestId: trace.correlationId, account };
      logger.info(line, 'security event');
    },
    flush: () => windows.clear(),
  };
};
