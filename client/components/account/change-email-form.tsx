'use client';
import { changeEmailForm } from '../../lib/forms/account-forms.ts';
import { splitErrors } from '../../lib/forms/form-state.ts';
import { TextField } from '../field.tsx';
import { ErrorList } from '../notice.tsx';
import { SubmitButton } from '../submit-button.tsx';
import { useForm, type PostForm } from '../use-form.ts';
import { KnownPasswordField } from './known-password-field.tsx';

export const ChangeEmailForm = ({ post }: { readonly post: PostForm }) => {
  const { state, pending, form } = useForm(changeEmailForm, post);
  const { byField, general } = splitErrors(state.errors, ['email', 'password']);
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={general} />
      <TextField
        name="email"
        label="New email"
        type="email"
        autoComplete="email"
        required
        defaultValue={state.values.email}
        error={byField.email}
      />
      <KnownPasswordField error={byField.password} />
      <SubmitButton pending={pending} pendingText="Sending…">
        Send a link to the new address
      </SubmitButton>
    </form>
  );
};
