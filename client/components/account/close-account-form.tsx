'use client';
import { closeAccountForm } from '../../lib/forms/account-forms.ts';
import { splitErrors } from '../../lib/forms/form-state.ts';
import { ErrorList } from '../notice.tsx';
import { SubmitButton } from '../submit-button.tsx';
import { useForm, type PostForm } from '../use-form.ts';
import { KnownPasswordField } from './known-password-field.tsx';
import { Username } from './username.tsx';

export const CloseAccountForm = ({ post, email }: { readonly post: PostForm; readonly email: string }) => {
  const { state, pending, form } = useForm(closeAccountForm, post);
  const { byField, general } = splitErrors(state.errors, ['password']);
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={general} />
      <Username email={email} />
      <KnownPasswordField error={byField.password} />
      <SubmitButton pending={pending} pendingText="Closing…" variant="danger">
        Close my account for good
      </SubmitButton>
    </form>
  );
};
