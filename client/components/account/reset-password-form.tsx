'use client';
import { splitErrors } from '../../lib/forms/form-state.ts';
import { resetPasswordForm } from '../../lib/forms/link-forms.ts';
import { ErrorList } from '../notice.tsx';
import { PasswordField } from '../password-field.tsx';
import { SubmitButton } from '../submit-button.tsx';
import { useForm, type PostForm } from '../use-form.ts';

export const ResetPasswordForm = ({ post, token }: { readonly post: PostForm; readonly token: string }) => {
  const { state, pending, form } = useForm(resetPasswordForm, post);
  const { byField, general } = splitErrors(state.errors, ['password']);
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={general} />
      <input type="hidden" name="token" value={token} />
      <PasswordField name="password" label="New password" error={byField.password} />
      <SubmitButton pending={pending} pendingText="Saving…">
        Save the new password
      </SubmitButton>
    </form>
  );
};
