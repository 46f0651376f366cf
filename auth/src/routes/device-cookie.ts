import type { CountedRequest, NamedAccount } from '@ticketing/common/http';
import type { Request, Response } from 'express';
import { knownDeviceMs, type KnownDevices } from '../domain/known-devices.ts';
import { accountOf } from './credentials.ts';

const name = 'device';

const deviceCookie = ({ headers }: Pick<CountedRequest, 'headers'>): string | undefined =>
  new RegExp(`(?:^|;\\s*)${name}=([^;]*)`).exec(headers.cookie ?? '')?.[1];

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
  res.cookie(name, devices.remember(deviceCookie(req), email), {
    httpOnly: true,
    sameSite: 'lax',
    secure: req.protocol === 'https',
    maxAge: knownDeviceMs,
  });
};
