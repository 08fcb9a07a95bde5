/** The one business of the sandbox, and its one brand. */
export const BUSINESS_ID = 'bus_sandbox';
export const BRAND_ID = BUSINESS_ID;
