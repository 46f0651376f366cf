'use client';
import { splitErrors } from '../../lib/forms/form-state.ts';
import { forgotPasswordForm } from '../../lib/forms/link-forms.ts';
import { TextField } from '../field.tsx';
import { ErrorList } from '../notice.tsx';
import { SubmitButton } from '../submit-button.tsx';
import { useForm, type PostForm } from '../use-form.ts';

export const ForgotPasswordForm = ({ post }: { readonly post: PostForm }) => {
  const { state, pending, form } = useForm(forgotPasswordForm, post);
  const { byField, general } = splitErrors(state.errors, ['email']);
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={general} />
      <TextField
        name="email"
        label="Email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state.values.email}
        error={byField.email}
      />
      <SubmitButton pending={pending} pendingText="Sending…">
        Send me a link
      </SubmitButton>
    </form>
  );
};
