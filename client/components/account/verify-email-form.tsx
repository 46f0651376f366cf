'use client';
import { verifyEmailForm } from '../../lib/forms/link-forms.ts';
import { ErrorList } from '../notice.tsx';
import { SubmitButton } from '../submit-button.tsx';
import { useForm, type PostForm } from '../use-form.ts';

export const VerifyEmailForm = ({ post, token }: { readonly post: PostForm; readonly token: string }) => {
  const { state, pending, form } = useForm(verifyEmailForm, post);
  return (
    <form {...form} className="grid gap-5">
      <ErrorList messages={state.errors.map(({ message }) => message)} />
      <input type="hidden" name="token" value={token} />
      <SubmitButton pending={pending} pendingText="Confirming…">
        Confirm my email address
      </SubmitButton>
    </form>
  );
};
