/** RFC 5321, without the angle brackets. */
export const longestEmail = 254;

/** The form in which e-mails are stored and looked up. */
export const normaliseEmail = (email: string): string => email.trim().toLowerCase();

/** Systems encode the same typed password in different Unicode forms (NIST SP 800-63B, 5.1.1.2). */
export const normalisePassword = (password: string): string => password.normalize('NFKC');
