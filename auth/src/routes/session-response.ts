import { z } from 'zod';
import { userShape } from './user-shape.ts';

const sessionHeader = z.string().meta({ description: 'The session' });

/** The response that starts a session. */
export const signedInResponse = {
  description: 'The user is signed in',
  headers: { 'Set-Cookie': sessionHeader },
  body: userShape,
};
