export const shortestPassword = 4;
export const longestPassword = 128;
/** RFC 5321, with angle brackets left out. */
export const longestEmail = 254;

/** As an account's e-mail is kept and looked up: the same for every way of typing it. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase();

/** Counts code points, so that an emoji is one character. Spaces count too: a password is never trimmed. */
export const isPasswordLongEnough = (password: string): boolean => {
  const length = Array.from(password).length;
  return length >= shortestPassword && length <= longestPassword;
};

/** The same password typed on another system may arrive in another Unicode form (NIST SP 800-63B, 5.1.1.2). */
export const normalisePassword = (password: string): string => password.normalize('NFKC');
