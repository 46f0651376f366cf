import type { Account, CountedRequest } from '@ticketing/common/http';
import type { Request, Response } from 'express';
import type { KnownDevices } from '../domain/known-devices.ts';
import { accountOf } from './credentials.ts';

const name = 'device';
/** Browsers keep no cookie for longer than 400 days. */
const maxAgeMs = 365 * 24 * 60 * 60 * 1000;

const deviceCookie = ({ headers }: Pick<CountedRequest, 'headers'>): string | undefined =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1];

/** Whom a request without a session counts for: a browser that its account knows, or the account that it names. */
export const accountFrom =
  (devices: KnownDevices) =>
  (req: CountedRequest): Account | undefined => {
    const email = accountOf(req.body);
    if (email === undefined) return undefined;
    const device = devices.find(deviceCookie(req), email);
    return device === undefined ? { key: devices.hash(email) } : { key: `device:${device}`, isKnown: true };
  };

/** Lets the account know this browser from now on. */
export const rememberDevice = (
  devices: KnownDevices,
  req: Pick<Request, 'headers' | 'protocol'>,
  res: Response,
  email: string,
): void => {
  res.cookie(name, devices.remember(deviceCookie(req), email), {
    httpOnly: true,
    sameSite: 'lax',
    secure: req.protocol === 'https',
    maxAge: maxAgeMs,
  });
};
