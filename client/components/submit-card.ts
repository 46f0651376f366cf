/** The id of the payment method that Stripe made for the typed card, or why there is none. */
export type CardResult = { readonly token: string } | { readonly problem: string };

/** Submits the card form. The card number never leaves that form. */
export type SubmitCard = () => Promise<CardResult>;

export interface CardFormProps {
  /** Called with the function that submits the form when it is ready, and with undefined when it no longer is. */
  readonly onReady: (submitCard: SubmitCard | undefined) => void;
}
