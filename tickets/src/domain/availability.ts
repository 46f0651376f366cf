/** Whether a ticket can be bought now. `over`: it is for sale, but its event has begun. */
export const availabilities = ['on_sale', 'held', 'sold', 'withdrawn', 'over'] as const;
