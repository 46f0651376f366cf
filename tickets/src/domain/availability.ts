export const availabilities = ['on_sale', 'held', 'sold'] as const;

/** Whether a ticket can be bought now. */
