import type { CountedRequest, NamedAccount } from '@ticketing/common/http';
import type { Request, Response } from 'express';
import { knownDeviceMs, type KnownDevices } from '../domain/known-devices.ts';
import { accountOf } from './credentials.ts';

const name = 'device';
/** The prefix lets a browser take the cookie only from this host and by https, so no subdomain can set it (RFC 6265bis). */
const httpsName = `__Host-${name}`;

const valueOf = (cookies: string, cookieName: string): string | undefined =>
  new RegExp(`(?:^|;\\s*)${cookieName}=([^;]*)`).exec(cookies)?.[1];

/** Browsers of the release before have the cookie without the prefix, for a year at most. */
const deviceCookie = ({ headers: { cookie = '' } }: Pick<CountedRequest, 'headers'>): string | undefined =>
  valueOf(cookie, httpsName) ?? valueOf(cookie, name);

/** The account that a body names, and whether the device cookie is one of this account. */
export const namedAccount =
  (devices: KnownDevices) =>
  (req: Pick<CountedRequest, 'body' | 'headers'>): NamedAccount | undefined => {
    const email = accountOf(req.body);
    if (email === undefined) return undefined;
    return { key: devices.hash(email), isKnownDevice: devices.isKnown(deviceCookie(req), email) };
  };

/** Sets the cookie by which the account knows this browser. */
export const rememberDevice = (
  devices: KnownDevices,
  req: Pick<Request, 'headers' | 'protocol'>,
  res: Response,
  email: string,
): void => {
  const secure = req.protocol === 'https';
  res.cookie(secure ? httpsName : name, devices.remember(deviceCookie(req), email), {
    httpOnly: true,
    sameSite: 'lax',
    secure,
    maxAge: knownDeviceMs,
  });
};
