import { accountClosed } from './account-closed.ts';
import { changeEmail } from './change-email.ts';
import { emailChanged } from './email-changed.ts';
import { passwordChanged } from './password-changed.ts';
import { resetPassword } from './reset-password.ts';
import { verifyEmail } from './verify-email.ts';

/** Every mail that auth sends. */
export const templates = [verifyEmail, changeEmail, resetPassword, passwordChanged, emailChanged, accountClosed];
