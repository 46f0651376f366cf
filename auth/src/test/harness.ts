import type { MailJob } from '@ticketing/common/mail';
import { newId } from '@ticketing/common/mongo';
import { openTestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import { createLinkTokens } from '../domain/links.ts';
import type { PasswordHasher } from '../gateways/password-hasher.ts';
import type { SessionDocument, UserDocument } from '../models/open-models.ts';
import { startService, type AuthOverrides } from '../service.ts';

/** No mail server: what is to be sent waits in `mail-jobs`. */
const mailSettings = {
  LINK_KEY: 'a key of links, for tests only: 32 letters',
  SMTP_URL: 'smtp://127.0.0.1:1',
  MAIL_FROM: 'Tickets <tickets@example.com>',
};

export type Api = ReturnType<typeof supertest>;

export type AuthHarness = Awaited<ReturnType<typeof openHarness>>;

export const newEmail = (): string => `user-${newId()}@example.com`;

const links = createLinkTokens(mailSettings.LINK_KEY);

/** The session cookie that a response sets, as a browser sends it; empty if it sets none. */
export const cookieOf = (response: supertest.Response): string =>
  (response.get('Set-Cookie')?.[0] ?? '').split(';')[0] ?? '';

/** One running auth service and its users. `env` and `overrides` apply to every replica. */
export const openHarness = async (
  env: Readonly<Record<string, string>> = {},
  overrides: Pick<AuthOverrides, 'logger' | 'passwordHasher' | 'onDatabaseCommand'> = {},
) => {
  const system = await openTestSystem();
  const startReplica = async (
    ownEnv: Readonly<Record<string, string>> = {},
    passwordHasher?: PasswordHasher,
  ): Promise<Api> => {
    const config = readConfig({ ...system.env, ...mailSettings, ...env, ...ownEnv });
    const service = await system.start((ofSystem) =>
      startService(config, { ...ofSystem, ...overrides, ...(passwordHasher && { passwordHasher }) }),
    );
    return supertest(service.url);
  };
  const api = await startReplica();
  return {
    system,
    api,
    users: system.collection<UserDocument>('users'),
    sessions: system.collection<SessionDocument>('sessions'),
    startReplica,
    mailJobs: system.collection<MailJob>('mail-jobs'),
    /** The token of the newest link of this kind that was mailed to the address, or another one than `other`. */
    tokenFor: (to: string, template: string, other?: string): Promise<string> =>
      system.eventually(async () => {
        const job = await system.collection<MailJob>('mail-jobs').findOne({ to, template }, { sort: { at: -1 } });
        const token = job === null ? undefined : links.tokenOf(job._id);
        if (token === undefined || token === other) throw new Error(`no ${template} for ${to} yet`);
        return token;
      }),
    signUp: (email: string, password = 'correct horse') => api.post('/api/users/signup').send({ email, password }),
    signIn: (email: string, password = 'correct horse') => api.post('/api/users/signin').send({ email, password }),
    /** The user of the session that a response has started. */
    currentUser: async (response: supertest.Response): Promise<unknown> => {
      const { body } = await api.get('/api/users/currentuser').set('Cookie', cookieOf(response));
      return body.currentUser;
    },
  };
};
