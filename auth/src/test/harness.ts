import { newId } from '@ticketing/common/mongo';
import { openTestSystem } from '@ticketing/common/testing';
import supertest from 'supertest';
import { readConfig } from '../config.ts';
import type { SessionDocument, UserDocument } from '../models/open-models.ts';
import { startService, type AuthOverrides } from '../service.ts';

export type Api = ReturnType<typeof supertest>;

export type AuthHarness = Awaited<ReturnType<typeof openHarness>>;

export const newEmail = (): string => `user-${newId()}@example.com`;

/** One running auth service and its users. `env` and `overrides` apply to every replica. */
export const openHarness = async (
  env: Readonly<Record<string, string>> = {},
  overrides: Pick<AuthOverrides, 'logger' | 'passwordHasher'> = {},
) => {
  const system = await openTestSystem();
  const startReplica = async (ownEnv: Readonly<Record<string, string>> = {}): Promise<Api> => {
    const config = readConfig({ ...system.env, ...env, ...ownEnv });
    const service = await system.start((ofSystem) => startService(config, { ...ofSystem, ...overrides }));
    return supertest(service.url);
  };
  const api = await startReplica();
  return {
    system,
    api,
    users: system.collection<UserDocument>('users'),
    sessions: system.collection<SessionDocument>('sessions'),
    startReplica,
    signUp: (email: string, password = 'correct horse') => api.post('/api/users/signup').send({ email, password }),
    signIn: (email: string, password = 'correct horse') => api.post('/api/users/signin').send({ email, password }),
    /** The user of the session that a response has started. */
    currentUser: async (response: supertest.Response): Promise<unknown> => {
      const [cookie = ''] = response.get('Set-Cookie') ?? [];
      const { body } = await api.get('/api/users/currentuser').set('Cookie', cookie.split(';')[0] ?? '');
      return body.currentUser;
    },
  };
};
