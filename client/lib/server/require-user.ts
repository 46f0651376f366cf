import 'server-only';
import { redirect } from 'next/navigation';
import type { User } from '../api/schemas.ts';
import { signInPath } from '../safe-next.ts';
import { currentUser } from './api.ts';

/** The user who is signed in; otherwise redirects to the sign-in page, which leads back to `path`. */
export const requireUser = async (path: string): Promise<User> => (await currentUser()) ?? redirect(signInPath(path));
