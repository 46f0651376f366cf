import { domainToASCII } from 'node:url';

/** RFC 5321, without the angle brackets; of that, the part before the `@`. */
export const longestEmail = 254;
export const longestLocalPart = 64;

/** A domain with characters beyond ASCII. */
const isInternational = (domain: string): boolean =>
  /^[a-z\d.\u0080-\u{10FFFF}-]+$/u.test(domain) && /[\u0080-\u{10FFFF}]/u.test(domain);

/**
 * The form in which e-mails are stored and looked up: without capitals, and the domain in ASCII, as mail servers know it, so
 * that both forms of an international one are the same address. An impossible domain is left out.
 */
export const normaliseEmail = (email: string): string => {
  // ASCII alone: the lower case of the Kelvin sign is the letter k, which belongs to another address.
  const address = email.trim().replaceAll(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
  const at = address.lastIndexOf('@') + 1;
  const domain = address.slice(at);
  return isInternational(domain) ? `${address.slice(0, at)}${domainToASCII(domain)}` : address;
};

/** Systems encode the same typed password in different Unicode forms (NIST SP 800-63B, 5.1.1.2). */
export const normalisePassword = (password: string): string => password.normalize('NFKC');
