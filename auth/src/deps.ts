import type { SecurityLog, SessionTokens } from '@ticketing/common/http';
import type { Mail } from '@ticketing/common/mail';
import type { KnownDevices } from './domain/known-devices.ts';
import type { LinkTokens } from './domain/links.ts';
import type { PasswordHasher } from './gateways/password-hasher.ts';
import type { WebAuthn } from './gateways/web-authn.ts';
import type { Models } from './models/open-models.ts';

/** What the commands of auth need. */
export interface Deps extends Models {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly passwordHasher: PasswordHasher;
  readonly securityLog: SecurityLog;
  readonly tokens: SessionTokens;
  /** Undefined while rate limits are off. */
  readonly maxSessionsPerDay: number | undefined;
  readonly devices: KnownDevices;
  readonly links: LinkTokens;
  readonly mail: Pick<Mail, 'sendSoon' | 'forgetUser'>;
  /** Carries out soon what requests have stored for the worker; without it that takes a second. */
  readonly workSoon: () => void;
  readonly webAuthn: WebAuthn;
}
