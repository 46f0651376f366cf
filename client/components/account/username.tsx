/** Says to password managers, and to the rules of new passwords, whose password a form is about. */
export const Username = ({ email }: { readonly email: string }) => (
  <input type="email" name="email" value={email} autoComplete="username" readOnly hidden />
);
