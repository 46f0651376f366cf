'use client';
import { splitErrors } from '../lib/forms/form-state.ts';
import { signInForm, signUpForm } from '../lib/forms/session-forms.ts';
import { TextField } from './field.tsx';
import { ErrorList } from './notice.tsx';
import { PasswordField } from './password-field.tsx';
import { SubmitButton } from './submit-button.tsx';
import { useForm, type PostForm } from './use-form.ts';

const kinds = {
  signin: { operation: signInForm, button: 'Sign in', pending: 'Signing in…' },
  signup: { operation: signUpForm, button: 'Create account', pending: 'Creating account…' },
} as const;

/** Email and password. `post` is the Server Action used without JavaScript, `next` the path to go to afterwards. */
export const SignForm = ({
  kind,
  post,
  next,
}: {
  readonly kind: keyof typeof kinds;
  readonly post: PostForm;
  readonly next: string;
}) => {
  const { operation, button, pending: pendingText } = kinds[kind];
  const { state, pending, form } = useForm(operation, post);
  const { byField, general } = splitErrors(state.errors, ['email', 'password']);
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={general} />
      <input type="hidden" name="next" value={next} />
      <TextField
        name="email"
        label="Email"
        type="email"
        autoComplete="username"
        required
        defaultValue={state.values.email}
        error={byField.email}
      />
      {kind === 'signup' ? (
        <PasswordField name="password" label="Password" error={byField.password} />
      ) : (
        <TextField
          name="password"
          label="Password"
          type="password"
          autoComplete="current-password"
          required
          error={byField.password}
        />
      )}
      <SubmitButton pending={pending} pendingText={pendingText}>
        {button}
      </SubmitButton>
      {kind === 'signup' && (
        <p className="text-sm text-muted">
          By creating an account you agree to the{' '}
          <a href="/terms" className="link">
            terms
          </a>{' '}
          and have read the{' '}
          <a href="/privacy" className="link">
            privacy notice
          </a>
          .
        </p>
      )}
    </form>
  );
};
