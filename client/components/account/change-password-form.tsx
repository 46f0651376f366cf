'use client';
import { changePasswordForm } from '../../lib/forms/account-forms.ts';
import { splitErrors } from '../../lib/forms/form-state.ts';
import { ErrorList } from '../notice.tsx';
import { PasswordField } from '../password-field.tsx';
import { SubmitButton } from '../submit-button.tsx';
import { useForm, type PostForm } from '../use-form.ts';
import { KnownPasswordField } from './known-password-field.tsx';
import { Username } from './username.tsx';

export const ChangePasswordForm = ({ post, email }: { readonly post: PostForm; readonly email: string }) => {
  const { state, pending, form } = useForm(changePasswordForm, post);
  const { byField, general } = splitErrors(state.errors, ['currentPassword', 'newPassword']);
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={general} />
      <Username email={email} />
      <KnownPasswordField name="currentPassword" label="Current password" error={byField.currentPassword} />
      <PasswordField name="newPassword" label="New password" error={byField.newPassword} />
      <SubmitButton pending={pending} pendingText="Changing…">
        Change password
      </SubmitButton>
    </form>
  );
};
