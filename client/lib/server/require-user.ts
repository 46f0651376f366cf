import 'server-only';
import { redirect } from 'next/navigation';
import type { User } from '../api/schemas.ts';
import { signInPath } from '../safe-next.ts';
import { currentUser } from './api.ts';

/** Who is signed in; anybody else is sent to sign in and comes back to `path`. */
export const requireUser = async (path: string): Promise<User> => (await currentUser()) ?? redirect(signInPath(path));
