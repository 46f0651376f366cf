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

/**
 * The account that a body names, and whether it knows the browser. A new password makes browsers unknown that signed in
 * before: somebody who has lost the account would keep its owner out otherwise.
 */
export const namedAccount =
  (devices: KnownDevices, passwordChangedAt: (email: string) => Promise<Date | undefined>) =>
  (req: Pick<CountedRequest, 'body' | 'headers'>): NamedAccount | undefined => {
    const email = accountOf(req.body);
    if (email === undefined) return undefined;
    const key = devices.hash(email);
    const signedInAt = devices.signedInAt(deviceCookie(req), email);
    if (signedInAt === undefined) return { key };
    return {
      key,
      knownDevice: async () => {
        const changedAt = await passwordChangedAt(email);
        return changedAt === undefined || signedInAt >= changedAt ? `${key}:${signedInAt.getTime()}` : undefined;
      },
    };
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
