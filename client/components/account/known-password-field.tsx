import { TextField } from '../field.tsx';

/** A field for the password that the account has. */
export const KnownPasswordField = ({
  name = 'password',
  label = 'Password',
  error,
}: {
  readonly name?: string;
  readonly label?: string;
  readonly error: string | undefined;
}) => <TextField name={name} label={label} type="password" autoComplete="current-password" required error={error} />;
