/** The sandbox has one business with one brand. */
export const BUSINESS_ID = 'bus_sandbox';
export const BRAND_ID = BUSINESS_ID;
