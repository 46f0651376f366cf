import { buildApp, on, serve, signedIn, type HttpKit, type RoutedEndpoint } from '@ticketing/common/http';
import type { Express } from 'express';
import type { Deps } from './deps.ts';
import { changeEmailRoute } from './routes/change-email.ts';
import { changePasswordRoute } from './routes/change-password.ts';
import { closeAccountRoute } from './routes/close-account.ts';
import { confirmPasswordResetRoute } from './routes/confirm-password-reset.ts';
import { exportAccountRoute } from './routes/export-account.ts';
import { requestPasswordResetRoute } from './routes/request-password-reset.ts';
import { sendVerificationRoute } from './routes/send-verification.ts';
import { verifyEmailRoute } from './routes/verify-email.ts';
import { addPasskeyRoute } from './routes/add-passkey.ts';
import { currentUserRoute } from './routes/current-user.ts';
import { endOtherSessionsRoute } from './routes/end-other-sessions.ts';
import { endSessionRoute } from './routes/end-session.ts';
import { listPasskeysRoute } from './routes/list-passkeys.ts';
import { listSessionsRoute } from './routes/list-sessions.ts';
import { newPasskeyOptionsRoute } from './routes/new-passkey-options.ts';
import { passkeySignInOptionsRoute } from './routes/passkey-sign-in-options.ts';
import { passkeySignInRoute } from './routes/passkey-sign-in.ts';
import { removePasskeyRoute } from './routes/remove-passkey.ts';
import { signInRoute } from './routes/sign-in.ts';
import { signOutRoute } from './routes/sign-out.ts';
import { signUpRoute } from './routes/sign-up.ts';

export const routes: readonly RoutedEndpoint<Deps>[] = [
  on.post('/api/users/signup', 'signingUp', [], signUpRoute),
  on.post('/api/users/signin', 'signingIn', [], signInRoute),
  on.post('/api/users/signout', 'writing', [], signOutRoute),
  on.get('/api/users/currentuser', 'reading', [], currentUserRoute),
  on.post('/api/users/verify-email', 'usingLinks', [], verifyEmailRoute),
  on.post('/api/users/verify-email/send', 'mailing', [signedIn], sendVerificationRoute),
  on.post('/api/users/password-reset', 'resetting', [], requestPasswordResetRoute),
  on.post('/api/users/password-reset/confirm', 'usingLinks', [], confirmPasswordResetRoute),
  on.put('/api/users/password', 'givingPassword', [signedIn], changePasswordRoute),
  on.put('/api/users/email', 'changingEmail', [signedIn], changeEmailRoute),
  on.get('/api/users/me/export', 'writing', [signedIn], exportAccountRoute),
  on.delete('/api/users/me', 'givingPassword', [signedIn], closeAccountRoute),
  on.get('/api/users/sessions', 'reading', [signedIn], listSessionsRoute),
  on.delete('/api/users/sessions/:id', 'writing', [signedIn], endSessionRoute),
  on.delete('/api/users/sessions', 'writing', [signedIn], endOtherSessionsRoute),
  on.post('/api/users/passkeys/options', 'addingPasskey', [signedIn], newPasskeyOptionsRoute),
  on.post('/api/users/passkeys', 'addingPasskey', [signedIn], addPasskeyRoute),
  on.get('/api/users/passkeys', 'reading', [signedIn], listPasskeysRoute),
  on.delete('/api/users/passkeys/:id', 'writing', [signedIn], removePasskeyRoute),
  on.post('/api/users/passkeys/signin/options', 'signingInWithPasskey', [], passkeySignInOptionsRoute),
  on.post('/api/users/passkeys/signin', 'signingInWithPasskey', [], passkeySignInRoute),
];

export const createApp = (kit: HttpKit, deps: Deps): Express => buildApp(kit, serve(routes, deps));
